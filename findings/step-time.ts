/** Whether step times can be compared at all: on a machine that does other work they say more of that work. */
import { lineKey, linesAlong, type MeasuredCell } from './cells.ts';
import { plural } from './words.ts';

/** Networks are told apart by their step times from this many times the FLOPs on. */
const CLEARLY_BIGGER = 1.5;
/** Share of comparisons in which a clearly bigger network may be measured faster. */
const MOST_INVERTED = 0.1;

/**
 * Why nothing is claimed on step time, in a sentence; `undefined` where step time grows with FLOPs. Compared are neighbours along
 * width, depth or resolution, all else equal.
 */
export function stepTimeDoubt(cells: readonly MeasuredCell[]): string | undefined {
  const timed = cells.filter(({ costs }) => costs.stepMs !== null && costs.flops !== null);
  const pairs = (['width', 'depth', 'resolution'] as const).flatMap((axis) =>
    [...linesAlong(timed, axis).values()].flatMap((line) =>
      line.slice(1).flatMap((bigger, i) => {
        const smaller = line[i]!;
        const isClear = bigger.costs.flops! >= CLEARLY_BIGGER * smaller.costs.flops!;
        return isClear && lineKey(bigger, axis) === lineKey(smaller, axis) ? [{ smaller, bigger }] : [];
      }),
    ),
  );
  const inverted = pairs.filter(({ smaller, bigger }) => bigger.costs.stepMs! <= smaller.costs.stepMs!).length;
  if (inverted <= MOST_INVERTED * pairs.length) return undefined;
  return `Nothing is claimed on step time: in ${inverted} of ${plural(pairs.length, 'comparison')} the network with more FLOPs was measured no slower, as on a machine that does other work.`;
}
