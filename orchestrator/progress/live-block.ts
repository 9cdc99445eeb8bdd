import { displayWidth } from '../cli/display-width.ts';
import type { Screen } from '../cli/io.ts';
import type { Paint } from '../cli/colour.ts';
import { blockLines } from './block-lines.ts';
import type { DisplayOptions, ProgressDisplay } from './display.ts';
import { makeNotices } from './notices.ts';
import { makeTally } from './tally.ts';

const REDRAW_MS = 250;
const ETA_EVERY_MS = 3000;

/** A block at the bottom of the terminal, redrawn four times a second; notices scroll above it. */
export function makeLiveBlock(
  screen: Screen,
  paint: Paint,
  { title, etaSeconds, clock, names, waitsFor }: DisplayOptions,
): ProgressDisplay {
  const tally = makeTally();
  const noticeOf = makeNotices();
  const began = clock();
  let drawn: readonly string[] = [];
  let eta: number | null = null;
  let etaAt = -Infinity;

  const erase = (): string => {
    // A window that has become narrower has wrapped the lines; one that has become lower holds no more of them than its height.
    const columns = Math.max(1, screen.columns());
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    const up = Math.min(rows, screen.rows() - 1);
    // From the second column on: what is cleared from the top left corner, tmux keeps in its scroll-back.
    return up <= 0 ? '' : `\r\u001B[${up}A\u001B[K\u001B[C\u001B[J\r`;
  };

  const draw = (above = ''): void => {
    const now = clock();
    if (now - etaAt >= ETA_EVERY_MS) {
      etaAt = now;
      eta = etaSeconds();
    }
    const window = { columns: screen.columns(), rows: screen.rows() };
    // Between two looks it counts down by the clock.
    const leftSeconds = eta === null ? null : Math.max(0, eta - (now - etaAt) / 1000);
    const lines = blockLines(
      { title, tally, elapsedSeconds: (now - began) / 1000, leftSeconds, names, waitsFor: waitsFor?.() },
      window,
    );
    // Painted after cutting: escape codes have no width.
    const painted = lines.map((line, index) => `${index === 0 ? paint.bold(line) : line}\n`);
    screen.write(`${erase()}${above}${painted.join('')}`);
    drawn = lines;
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
      drawn = [];
    },
  };
}
