import { parseGrid, readGridFile, unstatedDataset, type Grid } from '../../../grids/index.ts';

/**
 * A grid from its file. Of photographs that are packed on this machine the grid may state the name alone: how many they are, of how many
 * classes and of which content is read from the packed set.
 *
 * @throws {ScalesweepError} `GRID_INVALID`; `DATASET_CORRUPT` for a bad `dataset.json`.
 */
export async function readGrid(file: string, log: (line: string) => void): Promise<Grid> {
  const text = readGridFile(file);
  const name = unstatedDataset(text);
  if (name === undefined) return parseGrid(text, file);
  // Loaded only here: most grids say all that is needed.
  const { packedFacts } = await import('../../../worker/data/index.ts');
  const packed = await packedFacts(name, { log });
  if (packed === undefined) return parseGrid(text, file);
  const { identity, trainImages, testImages, classes } = packed;
  return parseGrid(text, file, {
    name,
    identity,
    images: trainImages,
    testImages,
    classes: classes.length,
    channels: 3,
  });
}
