import { formatSeconds } from '../../contract/index.ts';
import type { Screen } from '../cli/io.ts';
import type { Paint } from '../cli/colour.ts';
import type { DisplayOptions, ProgressDisplay } from './display.ts';
import { noticeOf } from './notices.ts';
import { makeTally, type RunningTrial } from './tally.ts';
import { cellWords, percent } from './words.ts';

const REDRAW_MS = 250;
const ETA_EVERY_MS = 3000;
/** Workers shown; the rest are counted. */
const ROWS = 12;
const BAR = 16;

/** A block at the bottom of the terminal, redrawn four times a second; notices scroll above it. */
export function makeLiveBlock(
  screen: Screen,
  paint: Paint,
  { title, etaSeconds, clock }: DisplayOptions,
): ProgressDisplay {
  const tally = makeTally();
  const began = clock();
  let drawn = 0;
  let eta: number | null = null;
  let etaAt = -Infinity;

  const erase = (): string => (drawn === 0 ? '' : `\r\u001B[${drawn}A\u001B[J`);

  const draw = (above = ''): void => {
    const now = clock();
    if (now - etaAt >= ETA_EVERY_MS) {
      etaAt = now;
      eta = etaSeconds();
    }
    const lines = blockLines(now).map((line) => line.slice(0, screen.columns() - 1));
    // The first line and the bars are painted after cutting: escape codes have no width.
    const painted = lines.map((line, index) => (index === 0 ? paint.bold(line) : line));
    screen.write(`${erase()}${above}${painted.join('\n')}\n`);
    drawn = lines.length;
  };

  const blockLines = (now: number): string[] => {
    const left = eta === null ? '' : `, ${formatSeconds(eta)} left`;
    const failed = tally.failed === 0 ? '' : `, ${tally.failed} failed`;
    const lines = [
      `${title}: ${tally.done}/${tally.total} trials done${failed}, ${formatSeconds((now - began) / 1000)} elapsed${left}`,
    ];
    if (tally.best !== undefined)
      lines.push(`best so far: ${percent(tally.best.top1)} minival, ${cellWords(tally.best.spec)}`);
    const started = [...tally.running.values()].filter(({ hasStarted }) => hasStarted);
    for (const trial of started.slice(0, ROWS)) lines.push(trialLine(trial));
    if (started.length > ROWS) lines.push(`  and ${started.length - ROWS} more`);
    if (started.length === 0 && tally.done + tally.failed < tally.total) lines.push('  starting workers');
    return lines;
  };

  const timer = setInterval(() => draw(), REDRAW_MS);
  timer.unref();
  return {
    take: (news) => {
      tally.take(news);
      const notice = noticeOf(news);
      if (notice !== undefined) draw(`${notice}\n`);
    },
    close: () => {
      clearInterval(timer);
      screen.write(erase());
      drawn = 0;
    },
  };
}

function trialLine({ spec, worker, epoch, step, totalSteps, top1 }: RunningTrial): string {
  const share = totalSteps === 0 ? 0 : step / totalSteps;
  const full = Math.round(share * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const accuracy = top1 === null ? '' : `  ${percent(top1)}`;
  return `  ${worker.padEnd(8)} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  epoch ${epoch}/${spec.epochs}${accuracy}  ${cellWords(spec)}, seed ${spec.seed}`;
}
