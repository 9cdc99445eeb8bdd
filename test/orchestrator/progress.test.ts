import { describe, expect, it } from 'vitest';
import { EVENT_VERSION, type WorkerEvent } from '../../contract/index.ts';
import { makePaint } from '../../orchestrator/cli/colour.ts';
import { makeLiveBlock } from '../../orchestrator/progress/live-block.ts';
import { makePlainLines } from '../../orchestrator/progress/plain-lines.ts';
import type { SweepNews } from '../../orchestrator/sweep/news.ts';
import { RESULT } from './support/fake-dispatcher.ts';
import { COST, noopTrial } from './support/trials.ts';

const TRIAL = noopTrial(0);
const HEAD = { v: EVENT_VERSION as 1, trial: TRIAL.id, attempt: 1 };
const COUNTS = { planned: 16, queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };

const begin: SweepNews = { type: 'sweep-started', counts: COUNTS, parallelism: 2 };
const handed: SweepNews = {
  type: 'handed',
  waiting: {
    trial: TRIAL,
    cost: COST,
    predictedSeconds: null,
    attempts: 0,
    crashes: 0,
    hostLosses: 0,
    microBatch: null,
  },
  attempt: 1,
  slot: { worker: 'local-1', device: 'cpu' },
  predictedSeconds: 1,
};
const event = (body: WorkerEvent): SweepNews => ({ type: 'event', event: body, worker: 'local-1' });
const started = event({
  ...HEAD,
  type: 'started',
  engine: 'noop',
  device: 'cpu',
  pid: 1,
  resumedFromStep: 0,
  totalSteps: 40,
  environment: {},
});
const epoch = event({
  ...HEAD,
  type: 'epoch',
  metrics: {
    epoch: 1,
    step: 20,
    learningRate: 0.1,
    trainLoss: 1,
    trainTop1: 0.5,
    minivalLoss: 1,
    minivalTop1: 0.512,
    seconds: 1,
  },
});
const done: readonly SweepNews[] = [
  { type: 'done', trial: TRIAL.id, attempt: 1 },
  event({ ...HEAD, type: 'done', result: RESULT }),
];
const crashed: SweepNews = {
  type: 'failed',
  trial: TRIAL.id,
  attempt: 1,
  kind: 'crash',
  message: 'boom\nat once',
  next: 'retried',
};

describe('progress without a terminal', () => {
  const linesOf = (...news: readonly SweepNews[]): string[] => {
    const lines: string[] = [];
    const display = makePlainLines((line) => lines.push(line), { title: 'grid', etaSeconds: () => 90, clock: () => 0 });
    for (const item of news) display.take(item);
    display.close();
    return lines;
  };

  it('is a line per finished trial', () => {
    expect(linesOf(begin, handed, started, epoch, ...done)).toEqual([
      '1/16 done: width 1, depth 8, resolution 8, epochs 2, seed 0: 80.0 % minival in 1 s',
    ]);
  });

  it('says what failed and what follows, in one line', () => {
    expect(linesOf(begin, handed, crashed)).toEqual([`trial ${TRIAL.id}, attempt 1: crash, will be tried again: boom`]);
  });

  it('sums up trials that come too fast to be read', () => {
    const many = Array.from({ length: 16 }, () => [handed, ...done]).flat();
    const lines = linesOf(begin, ...many);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe('16/16 done');
  });
});

describe('progress on a terminal', () => {
  const screenOf = (columns: number, ...news: readonly SweepNews[]): string => {
    let written = '';
    let now = 0;
    const display = makeLiveBlock({ write: (text) => (written += text), columns: () => columns }, makePaint(false), {
      title: 'grid',
      etaSeconds: () => 90,
      clock: () => now,
    });
    for (const item of news) display.take(item);
    now = 5000;
    // A notice draws the block at once.
    display.take(crashed);
    const shown = written;
    display.close();
    expect(written.endsWith('\u001B[J')).toBe(true);
    return shown;
  };

  it('shows where the sweep and each worker stand', () => {
    expect(screenOf(120, begin, handed, started, epoch)).toMatchInlineSnapshot(`
      "trial ${TRIAL.id}, attempt 1: crash, will be tried again: boom
      grid: 0/16 trials done, 5 s elapsed, 1 min 30 s left
        local-1  ████████░░░░░░░░  50 %  epoch 1/2  51.2 %  width 1, depth 8, resolution 8, epochs 2, seed 0
      "
    `);
  });

  it('fits a narrow terminal', () => {
    const block = screenOf(40, begin, handed, started, epoch).split('\n').slice(1);
    expect(Math.max(...block.map((line) => line.length))).toBeLessThan(40);
  });

  it('names the best so far', () => {
    expect(screenOf(120, begin, handed, started, ...done)).toContain(
      'best so far: 80.0 % minival, width 1, depth 8, resolution 8, epochs 2',
    );
  });
});
