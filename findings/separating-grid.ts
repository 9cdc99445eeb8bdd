/** The trials that would separate a finding, as a grid file that can be run. */
import { isMap, isScalar, parseDocument } from 'yaml';
import { formatAmount, ScalesweepError } from '../contract/index.ts';
import type { Finding } from './finding.ts';
import { plural } from './words.ts';

/**
 * `gridText` is the grid that the results came from: its model, data, recipe, rules and engine are kept, so that trials
 * that were trained already are not trained again; its axes and seeds become the wanted cells and seeds. Constraints go,
 * because the cells are named one by one.
 *
 * @throws {ScalesweepError} `USAGE` for a finding that asks for no trials, or a text that is no grid.
 */
export function separatingGrid(gridText: string, finding: Finding): string {
  const wanted = finding.wouldSeparate;
  if (wanted === null || wanted.trials === 0) {
    throw new ScalesweepError('USAGE', `Expected a finding that more trials would separate, got ${finding.id}`, {
      hint: wanted === null ? `Its verdict is ${finding.verdict}.` : wanted.note,
    });
  }
  const cost = wanted.trainFlops === null ? 'see `scalesweep plan`' : `${formatAmount(wanted.trainFlops)} train FLOPs`;
  return gridOfCells(gridText, {
    question: `${finding.question} (${finding.id})`,
    cost: `${plural(wanted.trials, 'trial')}, ${cost}`,
    note: wanted.note,
    cells: wanted.cells.map(({ axes, ...cell }) => ({ ...cell, ...axes })),
    seeds: wanted.seeds,
  });
}

interface WantedCells {
  readonly question: string;
  readonly cost: string;
  readonly note: string;
  readonly cells: readonly Readonly<Record<string, unknown>>[];
  readonly seeds: readonly number[];
}

/** A grid with its axes and seeds replaced by cells that are named one by one. @throws {ScalesweepError} `USAGE` for a text that is no grid */
export function gridOfCells(gridText: string, { question, cost, note, cells, seeds }: WantedCells): string {
  const document = parseDocument(gridText);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new ScalesweepError('USAGE', 'Expected the grid file of the results, got a text that is no YAML mapping');
  }
  document.commentBefore = ` Question: ${question}\n Cost:     ${cost}\n ${note}`;
  document.contents.commentBefore = null;
  // What stood above the first key was about the old question, and its command and cost are no longer true.
  const first = document.contents.items[0]?.key;
  if (isScalar(first)) first.commentBefore = null;
  document.set('question', question);
  document.delete('command');
  document.delete('constraints');
  document.set('cost', cost);
  const list = cells.map((cell) => document.createNode(cell, { flow: true }));
  document.set('axes', document.createNode({ list }));
  document.set('seeds', document.createNode([...seeds], { flow: true }));
  return document.toString({ lineWidth: 120 });
}
