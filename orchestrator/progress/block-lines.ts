/** The lines of the live block, for a window of any size: what matters most is kept longest. */
import { formatSeconds } from '../../contract/index.ts';
import { cutTo, displayWidth, padTo } from '../cli/display-width.ts';
import type { RunningTrial, Tally } from './tally.ts';
import { FULL_NAMES, type TrialNames } from './trial-names.ts';
import { leftWords, percent } from './words.ts';

/** Workers shown, in a window of any height; the rest are counted. */
const MOST_WORKERS = 12;
const BAR = 16;

export interface Window {
  readonly columns: number;
  readonly rows: number;
}

export interface Standing {
  readonly title: string;
  readonly tally: Tally;
  readonly elapsedSeconds: number;
  /** `null` while nothing is measured. */
  readonly leftSeconds: number | null;
  readonly names?: TrialNames | undefined;
  /** What is missing to hand anything out. */
  readonly waitsFor?: string | undefined;
}

/** No line wraps and no line is scrolled out: one column and one row are left for the cursor. */
export function blockLines(standing: Standing, window: Window): string[] {
  const columns = Math.max(0, window.columns - 1);
  const rows = Math.max(0, window.rows - 1);
  const { tally, names = FULL_NAMES, waitsFor } = standing;
  const started = [...tally.running.values()].filter(({ hasStarted }) => hasStarted);
  const lines = [firstThatFits(columns, headings(standing))];
  // The best so far gives way to the workers in a window of two or three lines.
  if (tally.best !== undefined && rows > 3) {
    const { top1, spec } = tally.best;
    const accuracy = percent(top1);
    lines.push(
      firstThatFits(columns, [
        `best so far: ${accuracy} minival, ${names.cell(spec)}`,
        `best: ${accuracy}, ${names.cell(spec)}`,
      ]),
    );
  }
  lines.push(...workerLines(started, names, columns, rows - lines.length));
  if (started.length === 0 && tally.done + tally.failed < tally.total)
    lines.push(waitsFor === undefined ? '  starting workers' : `  waiting for ${waitsFor}`);
  return lines.slice(0, rows).map((line) => cutTo(columns, line));
}

function workerLines(started: readonly RunningTrial[], names: TrialNames, columns: number, rows: number): string[] {
  const most = Math.min(rows, MOST_WORKERS + 1);
  // One line of them says how many more there are.
  const shown = started.length <= Math.min(most, MOST_WORKERS) ? started.length : Math.max(0, most - 1);
  const lines = started.slice(0, shown).map((trial) => firstThatFits(columns, trialForms(trial, names)));
  const more = started.length - shown;
  if (more > 0) lines.push(shown === 0 ? `  ${more} running` : `  and ${more} more`);
  return lines;
}

function headings({ title, tally, elapsedSeconds, leftSeconds }: Standing): string[] {
  const failed = tally.failed === 0 ? '' : `, ${tally.failed} failed`;
  const left = leftSeconds === null ? '' : `, ${leftWords(leftSeconds)}`;
  const done = `${tally.done}/${tally.total}`;
  return [
    `${title}: ${done} trials done${failed}, ${formatSeconds(elapsedSeconds)} elapsed${left}`,
    `${title}: ${done} done${failed}${left}`,
    `${done} done${failed}${left}`,
    `${done}${failed}${left}`,
  ];
}

function trialForms({ spec, worker, epoch, step, totalSteps, top1 }: RunningTrial, names: TrialNames): string[] {
  const share = totalSteps === 0 ? 0 : step / totalSteps;
  const full = Math.round(share * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const done = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const at = `epoch ${epoch}/${spec.epochs}`;
  const accuracy = top1 === null ? '' : `  ${percent(top1)}`;
  const cell = names.trial(spec);
  const name = padTo(8, worker);
  return [
    `  ${name} ${bar} ${done}  ${at}${accuracy}  ${cell}`,
    `  ${name} ${done}  ${cell}`,
    `  ${name} ${done}  width ${spec.model.width}, depth ${spec.model.depth}, ${spec.model.resolution} px, ${spec.epochs} epochs`,
    `  ${name} ${done}  ${at}${accuracy}`,
    `  ${name} ${done}`,
  ];
}

/** The fullest form that fits, or the shortest. */
function firstThatFits(columns: number, forms: readonly string[]): string {
  return forms.find((form) => displayWidth(form) <= columns) ?? forms.at(-1)!;
}
