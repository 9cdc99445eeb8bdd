import { describe, expect, it } from 'vitest';
import { TRIAL_ID, trialId } from '../../contract/index.ts';
import { planGrid, PlanTally, planTotals } from '../../grids/index.ts';
import { trialCost } from '../../compiler/index.ts';
import { cellsOf, edited, parse, planned, VALID, withAxes } from './support.ts';

describe('a plan', () => {
  it('has a trial for every cell and seed, with the id of its spec', () => {
    const items = planned(VALID + 'seeds: [7, 3]\n');
    expect(
      items.slice(0, 3).map((item) => (item.kind === 'trial' ? [item.cell.epochs, item.trial.spec.seed] : item.rule)),
    ).toEqual([
      [2, 7],
      [2, 3],
      [5, 7],
    ]);
    const ids = items.map((item) => (item.kind === 'trial' ? item.trial.id : ''));
    expect(new Set(ids).size).toBe(32);
    for (const item of items) if (item.kind === 'trial') expect(item.trial.id).toBe(trialId(item.trial.spec));
    for (const id of ids) expect(id).toMatch(TRIAL_ID);
  });

  it('counts seeds from 0 when only their number is given', () => {
    expect(parse(VALID + 'seeds: 3\n').seeds).toEqual([0, 1, 2]);
  });

  it('costs every trial as the models do', () => {
    const text = edited('  batchSize: 64\n', '') + '  batchSize: [16, 64]\n';
    const trials = planned(text).filter((item) => item.kind === 'trial');
    expect(trials).toHaveLength(32);
    for (const { cost, trial } of trials) expect(cost).toEqual(trialCost(trial.spec));
  });

  it('can be walked again, and is the same again', () => {
    const plan = planGrid(parse(VALID));
    expect([...plan]).toEqual([...plan]);
  });

  it('grows by new cells only when an axis gets one value more', () => {
    const ids = (text: string): string[] => planned(text).map((item) => (item.kind === 'trial' ? item.trial.id : ''));
    const before = new Set(ids(VALID));
    const after = ids(edited('[0.5, 1]', '[0.5, 0.75, 1]'));
    expect(after.filter((id) => before.has(id))).toHaveLength(16);
    expect(after).toHaveLength(24);
  });

  it('names the constraint that cut a cell', () => {
    const items = planned(VALID + 'constraints:\n  - width * depth < 14\n  - flops <= 5M\n');
    const cut = items.flatMap((item) =>
      item.kind === 'excluded' ? [[item.cell.width, item.cell.depth, item.cell.resolution, item.rule]] : [],
    );
    expect(cut).toContainEqual([1, 14, 28, 'width * depth < 14']);
    expect(cut).toContainEqual([1, 8, 28, 'flops <= 5M']);
    expect(cellsOf(items).map(({ width, depth, resolution }) => `${width} ${depth} ${resolution}`)).toEqual([
      '0.5 8 20',
      '0.5 8 20',
      '0.5 8 28',
      '0.5 8 28',
    ]);
  });

  it('judges constraints over settings that no axis varies', () => {
    const items = planned(VALID + 'constraints: ["trainImages * epochs <= 8k && schedule == \'cosine\'"]\n');
    expect(cellsOf(items).map(({ epochs }) => epochs)).toEqual(Array.from({ length: 8 }, () => 2));
  });

  it('cuts what cannot be built, with the reason', () => {
    const items = planned(withAxes('axes: {width: 1, depth: [8, 9], resolution: [3, 28], epochs: 2}'));
    expect(items.map((item) => (item.kind === 'trial' ? 'trial' : item.rule))).toEqual([
      'Network cannot be built: expected a resolution of at least 4 for 3 stages, got 3',
      'trial',
      expect.stringMatching(/expected a depth of 6n \+ 2 with basic blocks, got 9/),
      expect.stringMatching(/expected a depth of 6n \+ 2 with basic blocks, got 9/),
    ]);
  });

  it('cuts by the caps of the command line', () => {
    const grid = parse(VALID);
    const caps = [...planGrid(grid, { maxFlops: 5e6, maxTrainFlops: 2e11 })];
    const rules = new Set(caps.flatMap((item) => (item.kind === 'excluded' ? [item.rule] : [])));
    expect(rules).toEqual(new Set(['flops <= 5M (--max-flops)', 'trainFlops <= 200G (--max-train-flops)']));
    for (const item of caps)
      if (item.kind === 'trial') expect(item.cost.flops <= 5e6 && item.cost.trainFlops <= 2e11).toBe(true);
    expect(() => planGrid(grid, { maxFlops: 1234 })).toThrow(/16 by `flops <= 1234 \(--max-flops\)`/);
  });

  it('finds a broken rule of a grid too big to be tried when it is read, before the first trial', () => {
    const many = `[${Array.from({ length: 25_000 }, (_, seed) => seed / 1e6).join(', ')}]`;
    const text = withAxes(`axes: {width: 1, depth: 8, resolution: 28, epochs: 2, weightDecay: ${many}}\n`);
    const grid = parse(text.replace('0.1', "0.1\n  dropout: 'weightDecay == 0.022 ? 2 : 0'"));
    expect(() => planGrid(grid)).toThrow(
      /test.yaml:10:12: Expected `dropout` .* got 2 in the cell .* weightDecay 0.022/,
    );
  });
});

describe('the totals of a plan', () => {
  const plan = (): ReturnType<typeof planGrid> =>
    planGrid(parse(VALID + 'seeds: 2\nconstraints: [width * depth < 14]\n'));

  it('count cells, trials and cuts, and add up the cost', () => {
    const totals = planTotals(plan());
    const trainFlops = [...plan()].reduce((sum, item) => sum + (item.kind === 'trial' ? item.cost.trainFlops : 0), 0);
    expect(totals).toEqual({
      cells: 16,
      trials: 24,
      excluded: 4,
      excludedBy: { 'width * depth < 14': 4 },
      trainFlops,
      predictedSeconds: null,
      gpuHours: null,
    });
  });

  it('predict seconds and GPU-hours when told how', () => {
    const totals = planTotals(plan(), {
      secondsOf: (spec, cost) => (cost.flops > 0 ? spec.epochs : 0),
      deviceFlops: 1e9,
    });
    expect(totals.predictedSeconds).toBe(2 * 6 * (2 + 5));
    expect(totals.gpuHours).toBeCloseTo(totals.trainFlops / 1e9 / 3600);
  });

  it('are the same when streamed', () => {
    const tally = new PlanTally();
    for (const item of plan()) tally.add(item);
    expect(tally.totals()).toEqual(planTotals(plan()));
  });
});
