import { readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../../worker/storage/checkpoints.ts';
import { weightsFile, weightsFolder } from '../../../worker/storage/paths.ts';
import { keepWeights, readWeights, type TrainedWeights } from '../../../worker/storage/weights.ts';
import { temporaryFolders } from '../data/temporary-folders.ts';

const temporary = temporaryFolders();
const idOf = (n: number): string => String(n).padStart(16, '0');
const weightsOf = (n: number): TrainedWeights => ({
  trial: idOf(n),
  digest: 'd',
  average: true,
  mean: [0.5],
  std: [0.25],
  params: Float32Array.from({ length: 250 }, (_, i) => i + n),
  stats: Float32Array.of(1, 2),
});

describe('the weights of finished trials', () => {
  it('are read as they were kept, and outlive the checkpoints of their trial', async () => {
    const folder = temporary();
    await keepWeights(folder, weightsOf(1));
    await openCheckpoints(folder, idOf(1)).clear();
    expect(await readWeights(folder, idOf(1))).toEqual(weightsOf(1));
    expect(await readWeights(folder, idOf(2))).toBeUndefined();
  });

  it('take a bounded place: the oldest go, the newest stays whatever its size', async () => {
    const folder = temporary();
    for (const n of [1, 2, 3]) {
      await keepWeights(folder, weightsOf(n));
      utimesSync(weightsFile(folder, idOf(n)), n, n);
    }
    await keepWeights(folder, weightsOf(4), 3000);
    expect(readdirSync(weightsFolder(folder)).sort()).toEqual([3, 4].map((n) => `${idOf(n)}.weights`));
    await keepWeights(folder, weightsOf(5), 10);
    expect(readdirSync(weightsFolder(folder))).toEqual([`${idOf(5)}.weights`]);
  });

  it('are refused, with the name of the file, when they are torn or of another trial', async () => {
    const folder = temporary();
    await keepWeights(folder, weightsOf(1));
    writeFileSync(weightsFile(folder, idOf(2)), 'torn');
    const file = path.basename(weightsFile(folder, idOf(2)));
    await expect(readWeights(folder, idOf(2))).rejects.toThrow(file);
    await keepWeights(folder, { ...weightsOf(3), trial: idOf(3) });
    renameSync(weightsFile(folder, idOf(3)), weightsFile(folder, idOf(2)));
    await expect(readWeights(folder, idOf(2))).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  });
});
