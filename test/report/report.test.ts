import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { isScalesweepError } from '../../contract/index.ts';
import { accuracyFlops } from '../../report/figures/accuracy-flops.ts';
import { alongAxes } from '../../report/figures/along-axes.ts';
import { depthWidth } from '../../report/figures/depth-width.ts';
import { logTicks } from '../../report/figures/scales.ts';
import { predictedMeasured } from '../../report/figures/predicted-measured.ts';
import { svgOf } from '../../report/figures/render.ts';
import { resolutionReturns } from '../../report/figures/resolution-returns.ts';
import { measuredCells, pareto, type SqliteStore } from '../../results/index.ts';
import { renderReport, writeReport } from '../../report/index.ts';
import { findChromium, lookAt } from './browser.ts';
import { complete, freshStore, planned, started, sweepInput, temporaryFolder } from '../results/support/fixtures.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

/** A small sweep over all four axes with two seeds, one diverged trial, and names that need escaping. */
function studyStore(): SqliteStore {
  const store = freshStore();
  const input = sweepInput('a <b> & "study"', Date.UTC(2026, 0, 2));
  const sweep = store.createSweep({
    ...input,
    question: '<script>alert(1)</script>',
    gridText: 'name: </pre><script>\n',
    budgets: { flops: [3e7, 1e9] },
  });
  const plan = [14, 20, 32].flatMap((depth) =>
    [0.5, 1, 2].flatMap((width) =>
      [20, 28, 40].flatMap((resolution) =>
        [5, 20].flatMap((epochs) => [0, 1].map((seed) => planned({ depth, width, resolution, epochs, seed }))),
      ),
    ),
  );
  store.addTrials(sweep.id, plan, { predictedSeconds: (trial) => trial.cost.trainFlops / 1e9 });
  store.batch(() => {
    for (const [i, trial] of plan.entries()) {
      const { id, spec } = trial.trial;
      if (i === 3) {
        const attempt = store.claim(id, { worker: 'w', device: 'cpu', now: 1 })!;
        store.fail(id, attempt, { kind: 'diverged', message: 'got <NaN> at step 7', step: 7 }, 2);
        continue;
      }
      const top1 = 0.9 - 1.2 * trial.cost.flops ** -0.12 - 0.2 / spec.epochs + 0.001 * (i % 3);
      complete(store, trial, top1, { seconds: trial.cost.trainFlops / 1.1e9, stepMs: trial.cost.flops / 1e7 });
    }
  });
  return store;
}

describe('the report', () => {
  test('holds every section and figure, wide and for a phone, and no script', async () => {
    const { html, figures } = await renderReport(studyStore());
    expect(figures.map((figure) => figure.name)).toEqual([
      'accuracy-flops',
      'along-axes',
      'depth-width',
      'depth-width-step-time',
      'depth-width-paper',
      'resolution-returns',
      'predicted-measured',
    ]);
    for (const { name } of figures) expect(html).toContain(`id="figure-${name}"`);
    expect(html.match(/<svg /g)).toHaveLength(2 * figures.length);
    for (const id of [
      'best',
      'flops',
      'findings',
      'axes',
      'depth-width',
      'resolution',
      'cost',
      'cells',
      'failures',
      'environment',
    ]) {
      expect(html).toContain(`<section id="${id}">`);
    }
    expect(html).not.toMatch(/<script|javascript:|https?:\/\/(?!www\.w3\.org)/);
    expect(html).not.toMatch(/undefined|NaN(?!&gt;)|\[object/);
  });

  test('escapes what came from the grid and from workers', async () => {
    const { html } = await renderReport(studyStore());
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('a &lt;b&gt; &amp; &quot;study&quot;');
    expect(html).toContain('got &lt;NaN&gt; at step 7');
    expect(html).toContain('name: &lt;/pre&gt;');
  });

  test('is the same, byte for byte, when nothing has changed', async () => {
    const [first, second] = [await renderReport(studyStore()), await renderReport(studyStore())];
    expect(second.html).toBe(first.html);
    expect(second.figures).toEqual(first.figures);
  });

  test('is written with its figures as SVG and PNG, and no half-written file', async () => {
    const out = path.join(temporaryFolder(), 'new', 'report');
    const written = await writeReport(studyStore(), { out });
    expect(readFileSync(written.page, 'utf8')).toMatch(/^<!doctype html>/);
    expect(readdirSync(out).sort()).toEqual(['figures', 'report.html']);
    const names = readdirSync(path.join(out, 'figures'));
    expect(names).toHaveLength(14);
    for (const name of names) {
      const bytes = readFileSync(path.join(out, 'figures', name));
      expect(bytes.subarray(0, 4).toString('latin1')).toBe(name.endsWith('.png') ? '\x89PNG' : '<svg');
    }
  });

  test('a folder that cannot be made is a clear error', async () => {
    const blocked = path.join(temporaryFolder(), 'file');
    writeFileSync(blocked, '');
    await expect(writeReport(studyStore(), { out: path.join(blocked, 'report') })).rejects.toSatisfy(
      (error) => isScalesweepError(error) && error.code === 'STORE_UNWRITABLE',
    );
  });

  test.each([
    ['nothing finished', 0],
    ['one cell', 1],
    ['two cells of one cost', 2],
  ])('%s still gives a page', async (_name, finished) => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const plan = [planned({ depth: 20, flops: 1e7 }), planned({ depth: 26, flops: 1e7 }), planned({ depth: 32 })];
    store.addTrials(sweep.id, plan);
    for (const trial of plan.slice(0, finished)) complete(store, trial, 0.5);
    const { html } = await renderReport(store);
    expect(html).toContain(finished === 0 ? 'nothing to choose from' : 'the best cell is');
    expect(html).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });

  test('all failed is a page of failures', async () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const trial = planned();
    store.addTrials(sweep.id, [trial]);
    store.claim(trial.trial.id, { worker: 'w', device: 'cpu', now: 1 });
    store.fail(trial.trial.id, 1, { kind: 'crash', message: 'boom', step: null }, 2);
    expect((await renderReport(store)).html).toContain('boom');
  });

  test('names the environments that results came from', async () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const trial = planned();
    store.addTrials(sweep.id, [trial]);
    store.claim(trial.trial.id, { worker: 'w', device: 'cuda:0', now: 1 });
    store.recordStarted(trial.trial.id, 1, started(1, { device: 'cuda:0', environment: { gpu: 'A100' } }));
    store.finish(trial.trial.id, 1, { ...emptyResult, minivalTop1: 0.5 }, 2);
    const { html } = await renderReport(store);
    expect(html).toContain('1 trial on cuda:0');
    expect(html).toContain('A100');
  });
});

const emptyResult = {
  minivalTop1: null,
  minivalLoss: null,
  testTop1: null,
  testLoss: null,
  trainTop1: null,
  trainLoss: null,
  seconds: 0,
  trainSeconds: null,
  stepMs: null,
  peakBytes: null,
  weightsDigest: null,
};

describe('figures', () => {
  test('Vega-Lite has nothing to say against any of them', async () => {
    const store = studyStore();
    const cells = measuredCells(store);
    const figures = [
      accuracyFlops({ cells, front: pareto(store).front, budgets: [3e7] }),
      alongAxes(cells),
      depthWidth(cells),
      depthWidth(cells, { axis: 'stepMs' }),
      resolutionReturns(cells),
      predictedMeasured([{ id: 'a', predictedSeconds: 1, seconds: 2, predictedBytes: 3, peakBytes: 4 }]),
    ];
    for (const figure of figures) {
      for (const page of ['wide', 'phone'] as const) {
        const svg = await svgOf(figure!.spec(page), (message) => {
          throw new Error(`${figure!.name}: ${message}`);
        });
        const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
        expect(width).toBeLessThanOrEqual(page === 'wide' ? 720 : 340);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  test('keep their size, and can be painted, where seeds differ by far more than cells', async () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('noisy'));
    const plan = [
      { width: 1, depth: 8 },
      { width: 1, depth: 14 },
      { width: 2, depth: 8 },
    ].flatMap((cell) => [0, 1, 2].map((seed) => planned({ ...cell, seed })));
    store.addTrials(sweep.id, plan);
    for (const [i, trial] of plan.entries())
      complete(store, trial, [0.51, 0.53, 0.45, 0.52, 0.55, 0.46, 0.53, 0.54, 0.45][i]!);
    const { figures } = await renderReport(store);
    expect(figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['accuracy-flops', 'along-axes', 'depth-width']),
    );
    for (const { svg } of figures) {
      expect(Number(/ height="(\d+)"/.exec(svg)?.[1])).toBeLessThan(600);
      // A plot without height is one that the painter aborts the process over.
      expect(svg).toMatch(/class="background"[^>]* d="M0,0h[1-9]\d*v[1-9]\d*h/);
    }
    await writeReport(store, { out: temporaryFolder() });
  });

  test('are left out where there is nothing to draw', () => {
    expect(accuracyFlops({ cells: [], front: [], budgets: [] })).toBeUndefined();
    expect(alongAxes([])).toBeUndefined();
    expect(depthWidth([])).toBeUndefined();
    expect(resolutionReturns([])).toBeUndefined();
    expect(predictedMeasured([])).toBeUndefined();
  });

  test.each([
    [2e6, 9e6, [2e6, 5e6]],
    [9e7, 1.2e9, [1e8, 2e8, 5e8, 1e9]],
    [1e6, 1e9, [1e6, 3e6, 1e7, 3e7, 1e8, 3e8, 1e9]],
    [1, 1e6, [1, 10, 100, 1000, 1e4, 1e5, 1e6]],
  ])('logarithmic ticks from %d to %d', (low, high, ticks) => {
    expect(logTicks(low, high)).toEqual(ticks);
  });
});

describe('in a browser', () => {
  test.skipIf(isSkippedWithout(findChromium() !== undefined)).each([1280, 375])(
    'at %i pixels: every figure seen once, no overflow, no console message',
    async (width) => {
      const out = temporaryFolder();
      const { page } = await writeReport(studyStore(), { out });
      const seen = lookAt(page, width);
      expect(seen.messages).toEqual([]);
      expect(seen.figures).toBe(7);
      expect(seen.visibleDrawings).toBe(7);
      expect(seen.overflowing).toEqual([]);
      expect(seen.scrollWidth).toBeLessThanOrEqual(width);
    },
  );
});
