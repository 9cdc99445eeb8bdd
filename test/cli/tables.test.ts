import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseGrid } from '../../grids/index.ts';
import { displayWidth } from '../../orchestrator/cli/display-width.ts';
import { planSweep } from '../../orchestrator/launch/plan/plan-sweep.ts';
import { storePlan } from '../../orchestrator/launch/plan/store-plan.ts';
import { bestPerBudget, summaryText } from '../../orchestrator/launch/report/summary.ts';
import { ownStore, readStore } from '../../orchestrator/launch/store-access.ts';
import { leftWords } from '../../orchestrator/progress/words.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('tables for a terminal', () => {
  const newFolder = useFolders();
  useCli();
  let db: string;
  beforeEach(() => {
    db = path.join(newFolder(), 'results.db');
  });

  it('fit its width at the end of a sweep, and keep the cell', async () => {
    const grid = path.join(path.dirname(db), 'grid.yaml');
    const text = noopGrid({ trials: 2, epochs: 2 }).replace(
      'width: [1]',
      'width: [0.5, 1]\n  weightDecay: [1e-4, 2e-4]',
    );
    writeFileSync(grid, `${text}budgets: [{ flops: 10M }, { flops: 20M }]\n`);
    expect((await invoke('run', grid, '--db', db, '--workers', '1')).code).toBe(0);
    await readStore(db, (store) => {
      const bests = bestPerBudget(store, store.sweep());
      const all = summaryText(bests);
      expect(displayWidth(all.split('\n')[0]!)).toBeGreaterThan(100);
      for (const width of [100, 62]) {
        const [, head] = summaryText(bests, width).split('\n');
        for (const line of summaryText(bests, width).split('\n').slice(0, 5))
          expect(displayWidth(line), line).toBeLessThanOrEqual(width);
        expect(head).toMatch(/best with +width +depth +resolution +epochs .*minival/);
      }
    });
  });

  it('have one row for one cause, however long its message and whichever trial it names', async () => {
    const plan = planSweep(parseGrid(noopGrid({ trials: 3, epochs: 2 }), 'grid.yaml'));
    await ownStore({ db }, (store) => {
      const { id } = storePlan(store, plan, Date.now());
      for (const { trial } of store.nextTrials(id, 3, Date.now())) {
        const attempt = store.claim(trial.id, { worker: 'local-1', device: 'cpu', now: 1 })!;
        const message = `The trainer ended with 1: KeyError in ${'a/long/folder/'.repeat(20)}${trial.id}.log`;
        store.fail(trial.id, attempt, { kind: 'crash', message, step: null }, 2);
      }
    });
    const { out } = await invoke('status', '--db', db);
    expect(out).toMatch(/, done: 0\/3, 3 failed$/m);
    expect(out.match(/The trainer ended/g)).toHaveLength(1);
    for (const line of out.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(100);
  });
});

it.each([
  [0.017, 'less than 1 s left'],
  [164, '2 min 44 s left'],
])('%s s left are "%s"', (seconds, words) => expect(leftWords(seconds)).toBe(words));
