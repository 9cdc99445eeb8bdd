import { describe, expect, it } from 'vitest';
import { EVENT_VERSION, type WorkerEvent } from '../../contract/index.ts';
import { makePaint } from '../../orchestrator/cli/colour.ts';
import { makeLiveBlock } from '../../orchestrator/progress/live-block.ts';
import { makePlainLines } from '../../orchestrator/progress/plain-lines.ts';
import { trialNames } from '../../orchestrator/progress/trial-names.ts';
import type { SweepNews } from '../../orchestrator/sweep/news.ts';
import { RESULT } from './support/fake-dispatcher.ts';
import { modelOf } from '../fixtures/trial.ts';
import { Terminal } from './support/terminal.ts';
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

  it('is also a line per epoch where nothing was said for half a minute', () => {
    const lines: string[] = [];
    let now = 0;
    const display = makePlainLines((line) => lines.push(line), {
      title: 'grid',
      etaSeconds: () => 90,
      clock: () => now,
      names: trialNames({ axes: ['depth'], seeds: false }),
    });
    for (const item of [begin, handed, started]) display.take(item);
    for (const at of [10_000, 29_000, 31_000, 40_000, 62_000]) {
      now = at;
      display.take(epoch);
    }
    expect(lines).toEqual([
      '0/16 done: depth 8: epoch 1/2, 51.2 % minival, 1 min 30 s left',
      '0/16 done: depth 8: epoch 1/2, 51.2 % minival, 1 min 30 s left',
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

  it('prints what failed beside trials that come too fast, and counts failures that do', () => {
    const many = Array.from({ length: 16 }, () => [handed, ...done]).flat();
    const failure = `trial ${TRIAL.id}, attempt 1: crash, will be tried again: boom`;
    expect(linesOf(begin, ...many, handed, crashed)).toContain(failure);
    const failures = linesOf(begin, ...Array.from({ length: 16 }, () => [handed, crashed]).flat());
    expect(failures).toEqual([...Array.from({ length: 5 }, () => failure), '11 more messages like these']);
  });
});

describe('progress on a terminal', () => {
  const running = (worker: string, width: number): readonly SweepNews[] => {
    const trial = noopTrial(0, { model: modelOf({ classes: 10, zeroInitLastNorm: true, width }) });
    const head = { ...HEAD, trial: trial.id };
    return [
      { ...handed, waiting: { ...handed.waiting, trial }, slot: { worker, device: 'cpu' } },
      event({
        ...head,
        type: 'started',
        engine: 'noop',
        device: 'cpu',
        pid: 1,
        resumedFromStep: 0,
        totalSteps: 40,
        environment: {},
      }),
    ];
  };
  const EIGHT = Array.from({ length: 8 }, (_, index) => running(`local-${index + 1}`, (index + 1) / 8)).flat();

  const displayOn = (
    terminal: Terminal,
    title = 'grid',
  ): { take: (...news: readonly SweepNews[]) => void; close: () => void } => {
    let now = 0;
    const display = makeLiveBlock(terminal, makePaint(false), { title, etaSeconds: () => 90, clock: () => now });
    return {
      // A notice draws the block at once.
      take: (...news) => {
        for (const item of news) display.take(item);
        now += 5000;
        display.take(crashed);
      },
      close: () => display.close(),
    };
  };
  const shown = (columns: number, rows: number, ...news: readonly SweepNews[]): string[] => {
    const terminal = new Terminal(columns, rows);
    const display = displayOn(terminal);
    display.take(...news);
    const lines = terminal.shown.filter((line) => line !== '');
    display.close();
    return lines;
  };

  it('shows where the sweep and each worker stand', () => {
    expect(shown(120, 24, begin, handed, started, epoch)).toEqual([
      `trial ${TRIAL.id}, attempt 1: crash, will be tried again: boom`,
      'grid: 0/16 trials done, 5 s elapsed, 1 min 30 s left',
      '  local-1  ████████░░░░░░░░  50 %  epoch 1/2  51.2 %  width 1, depth 8, resolution 8, epochs 2, seed 0',
    ]);
  });

  it('names the best so far', () => {
    expect(shown(120, 24, begin, handed, started, ...done)).toContain(
      'best so far: 80.0 % minival, width 1, depth 8, resolution 8, epochs 2',
    );
  });

  it('keeps what matters most in a low and narrow window', () => {
    expect(shown(60, 6, begin, ...EIGHT).slice(-5)).toEqual([
      'grid: 0/16 trials done, 5 s elapsed, 1 min 30 s left',
      '  local-1    0 %  width 0.125, depth 8, 8 px, 2 epochs',
      '  local-2    0 %  width 0.25, depth 8, 8 px, 2 epochs',
      '  local-3    0 %  width 0.375, depth 8, 8 px, 2 epochs',
      '  and 5 more',
    ]);
    expect(shown(30, 4, begin, ...EIGHT).slice(-3)).toEqual([
      '0/16 done, 1 min 30 s left',
      '  local-1    0 %  epoch 0/2',
      '  and 7 more',
    ]);
    expect(shown(30, 3, begin, ...EIGHT).slice(-2)).toEqual(['0/16 done, 1 min 30 s left', '  8 running']);
  });

  it.each([
    [60, 6],
    [30, 10],
    [10, 3],
    [80, 2],
    [1, 1],
  ])('leaves one copy of itself in a window of %i x %i, and none behind', (columns, rows) => {
    const terminal = new Terminal(columns, rows);
    const display = displayOn(terminal);
    display.take(begin, ...EIGHT);
    const before = terminal.scrolledOut.length;
    for (let redraw = 0; redraw < 20; redraw++) display.take();
    const notice = Math.ceil(`trial ${TRIAL.id}, attempt 1: crash, will be tried again: boom`.length / columns);
    expect(terminal.scrolledOut.length).toBeLessThanOrEqual(before + 20 * notice);
    display.close();
    expect([...terminal.scrolledOut, ...terminal.shown].join('')).not.toContain('running');
    expect([...terminal.scrolledOut, ...terminal.shown].join('')).not.toContain('16');
  });

  it('fits by the width of its letters', () => {
    const terminal = new Terminal(40, 6);
    const display = displayOn(terminal, '幅と深さと解像度の比較');
    display.take(begin, ...running('作業員-1', 0.5));
    expect(terminal.shown.filter((line) => line !== '').slice(-2)).toEqual([
      '0/16 done, 1 min 30 s left',
      '  作業員-1   0 %  epoch 0/2',
    ]);
  });

  it('clears its lines when the window becomes narrower', () => {
    const terminal = new Terminal(100, 24);
    const display = displayOn(terminal);
    display.take(begin, ...EIGHT);
    terminal.resize(60, 24);
    display.take();
    const lines = [...terminal.scrolledOut, ...terminal.shown];
    expect(lines.filter((line) => line.includes('/16'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('local-1'))).toHaveLength(1);
  });
});
