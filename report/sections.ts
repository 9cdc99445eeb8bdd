/** The report's sections that are tables and words. */
import path from 'node:path';
import {
  budgetText,
  factOf,
  printed,
  scalingAxes,
  titleOf,
  type CostName,
  type ScalingAxis,
} from '../contract/index.ts';
import { type Best, type CellResult, axisText } from '../results/index.ts';
import type { Finding, FindingsReport } from '../findings/index.ts';
import type { ReportData } from './collect.ts';
import { html, table, type Column, type Html } from './html.ts';
import { accuracyText, amountText, cellText, percentText, plural } from './words.ts';

/** More rows than this make no table that anyone reads; `scalesweep export` has them all. */
const MOST_CELLS = 1500;
const MOST_FAILURES = 200;

/** The answer in one paragraph: the best cell under the largest budget that has one. */
export function answer({ bests, missing, fewImages }: ReportData): Html {
  const found = bests.filter((each) => each.best !== null).at(-1);
  if (found?.best === undefined || found.best === null) {
    return html`<p class="answer">There is nothing to choose from. ${missing}</p>`;
  }
  const { best } = found;
  const test = best.testTop1 === null ? 'not measured on test' : `${percentText(best.testTop1)} % on test`;
  return html`<p class="answer">
    With ${budgetText(found.budget)}, the best cell is <strong>${cellText(best)}</strong>: ${accuracyText(best)} % on
    minival, ${test}. ${doubtOf(found, best)} ${missing}
    ${fewImages === undefined ? null : html`<strong>Beware: ${fewImages}.</strong>`}
  </p>`;
}

/** How sure the choice is, in one sentence. */
function doubtOf({ withinNoiseTotal, cheapestWithinNoise }: Best, best: CellResult): string {
  if (best.interval === null) return 'No cell has two seeds, so how far luck decides is unknown.';
  if (withinNoiseTotal === 0) return 'No other cell under that budget is within noise of it.';
  const others = `${plural(withinNoiseTotal, 'other cell')} ${withinNoiseTotal === 1 ? 'is' : 'are'} within noise of it`;
  if (cheapestWithinNoise === null || cellText(cheapestWithinNoise) === cellText(best))
    return `${others}, none cheaper.`;
  return `${others}, the cheapest being ${cellText(cheapestWithinNoise)} at ${amountText(cheapestWithinNoise.flops)} FLOPs.`;
}

export function bestTable({ bests, hasBudgets }: ReportData): Html {
  const columns: Column<Best & { best: CellResult }>[] = [
    { head: 'budget', value: ({ budget }) => budgetText(budget) },
    { head: 'best cell', value: ({ best }) => cellText(best) },
    { head: headOf('flops'), isNumber: true, value: ({ best }) => amountText(best.flops) },
    { head: headOf('params'), isNumber: true, value: ({ best }) => amountText(best.params) },
    { head: titleOf(factOf('minivalTop1')), isNumber: true, value: ({ best }) => accuracyText(best) },
    {
      head: 'corrected, %',
      isNumber: true,
      value: ({ corrected }) => (corrected === null ? '–' : accuracyText(corrected)),
    },
    { head: titleOf(factOf('testTop1')), isNumber: true, value: ({ best }) => percentText(best.testTop1) },
    { head: 'seeds', isNumber: true, value: ({ best }) => best.seeds },
    {
      head: 'within noise',
      isNumber: true,
      value: (each) => (each.best.interval === null ? '–' : each.withinNoiseTotal),
    },
  ];
  const found = bests.flatMap((each) => (each.best === null ? [] : [{ ...each, best: each.best }]));
  const none = bests.filter((each) => each.best === null).map((each) => budgetText(each.budget));
  return html`<p>
      Chosen on minival, reported on test. In brackets: 95 % interval of the mean over seeds. Corrected: what fresh
      seeds would give; the highest of many is flattered by having been chosen. Within noise: cells that may truly be
      the best, at 95 %.${hasBudgets ? '' : ' The grid names no budgets; these are round ones.'}
    </p>
    ${table(found, columns)}${none.length > 0 ? html`<p>No measured cell has ${none.join(', or ')}.</p>` : null}`;
}

/** `randAugmentLayers` may break before its capitals (U+200B), so that a table of many axes fits on paper. */
const breakable = (name: string): string => name.replace(/(?=[A-Z])/g, '\u200b');

type CellFact = ScalingAxis | CostName | 'testTop1' | 'stepMs' | 'seconds' | 'peakBytes';

/** `step (ms)`; of a scaling axis without the unit, which the page's words have. */
function headOf(name: CellFact): string {
  const { head, unit } = factOf(name);
  return unit === '' || scalingAxes.some((axis) => axis === name) ? head : `${head} (${unit})`;
}

export function cellsTable({ cells, front }: ReportData): Html {
  const onFront = new Set(front.map(cellText));
  const axes = [...new Set(cells.flatMap((cell) => Object.keys(cell.axes)))].sort();
  const number = (head: string, value: Column<CellResult>['value']): Column<CellResult> => ({
    head,
    value,
    isNumber: true,
  });
  const fact = (name: CellFact): Column<CellResult> =>
    number(headOf(name), (cell) => printed(factOf(name).print, cell[name], 'page'));
  const columns: Column<CellResult>[] = [
    ...scalingAxes.map((name) => fact(name)),
    ...axes.map((name) => number(breakable(name), (cell) => axisText(cell.axes[name]))),
    fact('flops'),
    fact('params'),
    number(titleOf(factOf('minivalTop1')), (cell) =>
      onFront.has(cellText(cell)) ? html`<span class="front">${accuracyText(cell)} *</span>` : accuracyText(cell),
    ),
    fact('testTop1'),
    number('seeds', (cell) => (cell.failedSeeds > 0 ? `${cell.seeds} (${cell.failedSeeds} failed)` : cell.seeds)),
    fact('stepMs'),
    fact('seconds'),
    fact('peakBytes'),
  ];
  const cut =
    cells.length > MOST_CELLS
      ? html`<p>The first ${MOST_CELLS} of ${cells.length} cells; <code>scalesweep export</code> writes them all.</p>`
      : null;
  return html`<p>Means over seeds. * on the Pareto front of FLOPs.</p>
    ${cut}${table(cells.slice(0, MOST_CELLS), columns)}`;
}

export function findingsSection({ findings, recommendation, limits }: FindingsReport): Html {
  const hasData = findings.filter(({ effect }) => effect !== null);
  const clear = hasData.filter(({ verdict }) => verdict !== 'not-separable');
  const open = [
    ...hasData.filter(({ verdict }) => verdict === 'not-separable'),
    ...findings.filter(({ effect }) => effect === null),
  ];
  const { text, evidence, scale } = recommendation;
  // A refusal's reasons are its text.
  const own = scale === null ? [] : recommendation.limits;
  return html`<p>${text}</p>
    ${
      evidence.length === 0
        ? null
        : html`<ul>
            ${evidence.map(({ says }) => html`<li>${says}</li>`)}
          </ul>`
    }
    ${[...own, ...limits].map((limit) => html`<p class="facts">${limit}</p>`)}
    ${clear.length > 0 ? findingsTable(clear) : html`<p>No question was separable on these results.</p>`}
    ${
      open.length > 0
        ? html`<details>
            <summary>${plural(open.length, 'more answer')}: not separable on these results</summary>
            ${findingsTable(open)}
          </details>`
        : null
    }`;
}

/** A block of rows for each question, under the question itself. */
function findingsTable(findings: readonly Finding[]): Html {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.question} ${finding.unit}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const heads = ['held fixed', 'effect', '95 % interval', 'pairs', 'verdict'];
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${heads.map((head, i) => html`<th scope="col" class="${i > 0 && i < 4 ? 'number' : 'text'}">${head}</th>`)}
        </tr>
      </thead>
      ${[...groups.values()].map(
        (group) =>
          html`<tbody>
            <tr>
              <th colspan="5" scope="rowgroup" class="question-row">
                ${group[0]?.question} <span class="unit">(${group[0]?.unit})</span>
              </th>
            </tr>
            ${group.map(
              ({ scope, effect, interval, pairs, verdict }) =>
                html`<tr>
                  <td class="text">${scopeText(scope)}</td>
                  <td class="number">${effect === null ? '–' : signed(effect)}</td>
                  <td class="number">
                    ${interval === null ? '–' : `${signed(interval[0])} to ${signed(interval[1])}`}
                  </td>
                  <td class="number">${pairs}</td>
                  <td class="text ${verdict}">${effect === null ? 'no data' : verdict.replace('-', ' ')}</td>
                </tr> `,
            )}
          </tbody>`,
      )}
    </table>
  </div>`;
}

/** `epochs 5, from resolution 20`. */
function scopeText(scope: Finding['scope']): string {
  const parts = Object.entries(scope).map(([name, value]) => {
    const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return `${words} ${typeof value === 'object' ? value.join(' to ') : value}`;
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** With a true minus sign, which is as wide as the plus. */
function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

export function failuresSection({ facts }: ReportData): Html {
  const { failed } = facts;
  if (failed.length === 0) return html`<p>No trial failed.</p>`;
  const kinds = new Map<string, number>();
  for (const { kind } of failed) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return html`<p>
      ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}.
      ${kinds.has('diverged') ? 'A diverged trial is a result of its own kind: the cell is too hot for its recipe.' : null}
    </p>
    ${table(failed.slice(0, MOST_FAILURES), [
      { head: 'trial', value: ({ id }) => html`<code>${id}</code>` },
      { head: 'cell', value: (trial) => cellText({ ...trial, axes: {} }) },
      { head: 'seed', isNumber: true, value: ({ seed }) => seed },
      { head: 'attempts', isNumber: true, value: ({ attempts }) => attempts },
      { head: 'kind', value: ({ kind }) => kind },
      { head: 'step', isNumber: true, value: ({ step }) => step ?? '–' },
      { head: 'message', value: ({ message }) => message },
    ])}${failed.length > MOST_FAILURES ? html`<p>The first ${MOST_FAILURES} of ${failed.length}.</p>` : null}`;
}

/** Two programs under one name: a cell may mix their results. */
function programsNote(programs: ReportData['programs']): Html | null {
  if (programs.length < 2) return null;
  const all = programs.map(({ digest, trials }) => `${plural(trials, 'trial')} by ${digest}`).join(', ');
  return html`<p>
    <strong>The trainer changed in mid-sweep</strong>: ${all}. Differences between cells may be differences between the
    programs; raise <code>version</code> in the grid to train all cells with one.
  </p>`;
}

/** A page is passed on: it names the grid, not where it lay. */
export function environmentSection({ facts, programs, sweep }: ReportData): Html {
  const used =
    facts.environments.length > 0 ? facts.environments : [{ environment: sweep.environment, device: '–', attempts: 0 }];
  return html`${programsNote(programs)}${used.slice(0, 8).map(
      ({ environment, device, attempts }) =>
        html`${attempts > 0 ? html`<h3>${plural(attempts, 'trial')} on ${device}</h3>` : null}
        ${table(
          Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1)),
          [
            { head: 'what', value: ([name]) => name },
            { head: 'value', value: ([, value]) => value },
          ],
        )}`,
    )}
    <h3>Grid</h3>
    <details>
      <summary>${path.basename(sweep.gridFile)}</summary>
      <pre>${sweep.gridText}</pre>
    </details>`;
}
