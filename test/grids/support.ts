/** A small valid grid, and ways to bend it. */
import { GridError, parseGrid, planGrid, type Cell, type Grid, type PlanItem } from '../../grids/index.ts';

/** Sixteen cells. Tests name lines and columns of this text. */
export const VALID = `question: which axis pays?
model:
  family: resnet-rs-small
data:
  name: fashion-mnist
  trainImages: 4000
recipe:
  batchSize: 64
  learningRate: 0.1
axes:
  width: [0.5, 1]
  depth: [8, 14]
  resolution: [20, 28]
  epochs: [2, 5]
`;

/** Replaces one place of the valid grid; the place must be there, or the test would test nothing. */
export function edited(place: string, by: string): string {
  if (VALID.split(place).length !== 2) throw new Error(`Expected one place ${JSON.stringify(place)} in the valid grid`);
  return VALID.replace(place, by);
}

/** The valid grid with other axes. */
export const withAxes = (axes: string): string => VALID.slice(0, VALID.indexOf('axes:')) + axes;

/** The valid grid with one more line in its recipe; it becomes line 10. */
export const withRecipe = (line: string): string => edited('  learningRate: 0.1\n', `  learningRate: 0.1\n  ${line}\n`);

export const parse = (text: string): Grid => parseGrid(text, 'test.yaml');

export const planned = (text: string): PlanItem[] => [...planGrid(parse(text))];

export const cellsOf = (items: Iterable<PlanItem>): Cell[] =>
  [...items].filter((item) => item.kind === 'trial').map((item) => item.cell);

/** What reading and planning a text complains about: `line:column: message`, one for each problem. */
export function complaints(text: string): string[] {
  try {
    planGrid(parse(text));
  } catch (error) {
    if (!(error instanceof GridError)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
  return [];
}
