/** The ids of all planned and all stored trials: an id that changes loses somebody's results. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { contentHash, trialId } from '../../contract/index.ts';
import { parseGrid, planGrid } from '../../grids/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
const grids = path.join(root, 'grids');
const planOf = (name: string) =>
  [...planGrid(parseGrid(readFileSync(path.join(grids, name), 'utf8'), name))].filter((item) => item.kind === 'trial');

it.each(readdirSync(grids).filter((name) => name.endsWith('.yaml')))('plans the same trials of %s', async (name) => {
  // The second number stands for the trial's cell and cost.
  const lines = planOf(name).map(({ trial, cell, cost }) => `${trial.id} ${contentHash({ cell, cost }).slice(0, 16)}`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`ids/${name}.golden`);
});

/** What the studies were trained with; their grids still plan the same specs. */
const STUDIES = {
  'additive-small': 'additive-study-small',
  'fashion-mnist': 'fashion-mnist',
  'weight-decay-small': 'weight-decay-small',
};
const STUDY_NUMERICS = 2;

it.each(Object.entries(STUDIES))('finds the id of each row of the study %s', (study, grid) => {
  const csv = readFileSync(path.join(root, 'results/studies', study, 'results.csv'), 'utf8');
  const stored = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  const ids = planOf(`${grid}.yaml`).map(({ trial: { spec } }) =>
    trialId({ ...spec, engine: { ...spec.engine, numerics: STUDY_NUMERICS } }),
  );
  expect(stored.length).toBeGreaterThan(30);
  expect(new Set(ids)).toEqual(new Set(stored));
  expect(ids).toHaveLength(stored.length);
});
