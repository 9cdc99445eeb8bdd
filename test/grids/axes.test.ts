import { describe, expect, it } from 'vitest';
import { DUPLICATE_RULE } from '../../grids/index.ts';
import { cellsOf, parse, planned, withAxes, withRecipe, VALID } from './support.ts';

const REST = 'depth: 8, resolution: 28, epochs: 2';

/** The axes' own part of every planned cell, without the axes that the examples hold fixed. */
function varied(axes: string): unknown[] {
  return cellsOf(planned(withAxes(axes))).map((cell) =>
    Object.fromEntries(Object.entries(cell).filter(([name, value]) => !REST.includes(`${name}: ${value}`))),
  );
}

describe('axes', () => {
  it('multiply, the first one written varying slowest', () => {
    const cells = cellsOf(planned(VALID)).map(({ width, depth, resolution, epochs }) => [
      width,
      depth,
      resolution,
      epochs,
    ]);
    expect(cells.slice(0, 5)).toEqual([
      [0.5, 8, 20, 2],
      [0.5, 8, 20, 5],
      [0.5, 8, 28, 2],
      [0.5, 8, 28, 5],
      [0.5, 14, 20, 2],
    ]);
    expect(cells).toHaveLength(16);
  });

  it('take one value without a list, and amounts', () => {
    const [cell] = cellsOf(planned(VALID.replace('  trainImages: 4000\n', '') + '  trainImages: 4k\n'));
    expect(cell).toEqual({ width: 0.5, depth: 8, resolution: 20, epochs: 2, trainImages: 4000 });
  });

  it('zip several axes side by side', () => {
    expect(varied(`axes: {${REST}, zip: {width: [0.5, 1], dropout: [0, 0.1]}}`)).toEqual([
      { width: 0.5, dropout: 0 },
      { width: 1, dropout: 0.1 },
    ]);
  });

  it('list explicit cells; a cell that leaves an axis out has it as the recipe says', () => {
    expect(varied(`axes: {${REST}, width: 1, list: [{}, {schedule: step}, {schedule: step, seRatio: 0.25}]}`)).toEqual([
      { width: 1, schedule: 'cosine', seRatio: 0 },
      { width: 1, schedule: 'step', seRatio: 0 },
      { width: 1, schedule: 'step', seRatio: 0.25 },
    ]);
  });

  it('compose: a product of a zip and a list, whose parts are products again', () => {
    const axes = `axes:
  depth: 8
  resolution: 28
  product:
    - zip: {width: [0.5, 1], dropout: [0, 0.1]}
    - list:
        - {epochs: [2, 3]}
        - {epochs: 4, product: [{seRatio: [0, 0.5]}]}
`;
    expect(varied(axes).map((cell) => Object.values(cell as object).join(' '))).toEqual([
      '0.5 0 0',
      '0.5 3 0 0',
      '0.5 4 0 0',
      '0.5 4 0 0.5',
      '1 0.1 0',
      '1 3 0.1 0',
      '1 4 0.1 0',
      '1 4 0.1 0.5',
    ]);
  });

  it('plan a trial once when two parts of a list overlap, and say so', () => {
    const items = planned(
      withAxes('axes: {resolution: 28, epochs: 2, list: [{width: 1, depth: [8, 14]}, {width: [1, 2], depth: 8}]}'),
    );
    expect(items.map((item) => (item.kind === 'trial' ? `${item.cell.width} ${item.cell.depth}` : item.rule))).toEqual([
      '1 8',
      '1 14',
      DUPLICATE_RULE,
      '2 8',
    ]);
  });

  it('say which values they have, before anything is cut', () => {
    const grid = parse(
      withAxes('axes: {resolution: 28, epochs: 2, list: [{width: 1, depth: [8, 14]}, {width: [1, 2], depth: 8}]}'),
    );
    expect(grid.axes).toEqual({ resolution: [28], epochs: [2], width: [1, 2], depth: [8, 14] });
    expect(grid.cellCount).toBe(4);
  });

  it('win over a rule for the cells that assign the setting', () => {
    const text = withRecipe("dropout: '0.1 * width'") + '  list: [{}, {dropout: 0.5}]\n';
    expect(new Set(cellsOf(planned(text)).map(({ width, dropout }) => `${width} ${dropout}`))).toEqual(
      new Set(['0.5 0.05', '0.5 0.5', '1 0.1', '1 0.5']),
    );
  });
});

describe('values within 1e-9 of each other', () => {
  const CLOSE = 'width: [0.3, 0.30000000000000004, 0.5]';

  it('are one cell, which is told, under the id that the first has alone', () => {
    const grid = parse(withAxes(`axes: {${REST}, ${CLOSE}}`));
    expect(grid.axes['width']).toEqual([0.3, 0.5]);
    expect(grid.notes).toEqual([
      'width 0.30000000000000004 is taken for 0.3: values within 1e-9 of each other are one.',
    ]);
    const alone = planned(withAxes(`axes: {${REST}, width: [0.3, 0.5]}`));
    expect(idsOf(planned(withAxes(`axes: {${REST}, ${CLOSE}}`)))).toEqual(idsOf(alone));
    expect(parse(withAxes(`axes: {${REST}, width: [0.3, 0.5]}`)).notes).toEqual([]);
  });

  it('are one in two parts of a list', () => {
    const axes = `axes: {${REST}, list: [{width: [0.3, 0.5]}, {width: [0.30000000000000004, 1]}]}`;
    expect(varied(axes)).toEqual([{ width: 0.3 }, { width: 0.5 }, { width: 1 }]);
  });

  it('keep their digits where there is but one of them', () => {
    expect(varied(`axes: {${REST}, width: [0.30000000000000004]}`)).toEqual([{ width: 0.1 + 0.2 }]);
  });
});

const idsOf = (items: ReturnType<typeof planned>): string[] =>
  items.flatMap((item) => (item.kind === 'trial' ? [item.trial.id] : []));
