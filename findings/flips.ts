/** Where the winner of depth against width changes with the length of training. Read from verdicts, so it adds no test. */
import { subtract, type Contrast } from './contrast.ts';
import type { Finding, Scope, Verdict } from './finding.ts';
import { groupBy } from './group-by.ts';
import { signed } from './words.ts';

/** A depth-over-width finding and the contrast that it came from. */
export interface Judged {
  readonly finding: Finding;
  readonly contrast: Contrast;
}

/** One question about flips: the schedules of one axis and resolution, in order. */
export interface FlipQuestion {
  readonly schedules: readonly Judged[];
  /** Of the last schedule less the first. */
  readonly change: Contrast;
}

const epochsOf = ({ finding }: Judged): number => Number(finding.scope['epochs']);

/** Groups depth-over-width findings by axis and resolution; groups of one schedule have no question. */
export function flipQuestions(judged: readonly Judged[]): FlipQuestion[] {
  const asked = judged.filter(
    ({ finding, contrast }) => finding.slug === 'depth-over-width' && contrast.effect !== null,
  );
  const groups = groupBy(asked, ({ finding }) => `${finding.axis}/${String(finding.scope['resolution'] ?? 'all')}`);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const schedules = group.toSorted((a, b) => epochsOf(a) - epochsOf(b));
      return { schedules, change: subtract(schedules.at(-1)!.contrast, schedules[0]!.contrast) };
    });
}

export interface Flip {
  readonly verdict: Verdict;
  /** The narrowest epochs between which the winner is shown to change; the first and last schedule otherwise. */
  readonly epochs: readonly [number, number];
  readonly note: string;
  readonly correctedP: number | null;
  readonly scope: Scope;
}

/**
 * Supported: two schedules have opposite winners, both separated. Contradicted: every schedule is separated, with one
 * winner. In between, schedules that are not separable widen the interval; they don't decide.
 */
export function locateFlip({ schedules }: FlipQuestion): Flip {
  const separated = schedules.filter(({ finding }) => finding.verdict !== 'not-separable');
  const brackets = separated.slice(1).flatMap((late, i) => {
    const early = separated[i]!;
    return early.finding.verdict === late.finding.verdict ? [] : [{ early, late }];
  });
  const first = brackets[0];
  const last = schedules.at(-1)!;
  const verdict =
    first !== undefined ? 'supported' : separated.length === schedules.length ? 'contradicted' : 'not-separable';
  const epochs =
    first === undefined
      ? ([epochsOf(schedules[0]!), epochsOf(last)] as const)
      : ([epochsOf(first.early), epochsOf(first.late)] as const);
  const ps = (first === undefined ? schedules : [first.early, first.late]).map(({ finding }) => finding.correctedP);
  const { resolution } = last.finding.scope;
  return {
    verdict,
    epochs,
    note: describe(schedules, brackets.length),
    correctedP: ps.includes(null) ? null : Math.max(...ps.map(Number)),
    scope: resolution === undefined ? { epochs } : { epochs, resolution },
  };
}

function describe(schedules: readonly Judged[], flips: number): string {
  const winners = schedules.map((one) => {
    const { verdict, effect } = one.finding;
    const winner = { supported: 'depth', contradicted: 'width', 'not-separable': 'neither', 'no-data': 'neither' }[
      verdict
    ];
    return `${winner} at ${epochsOf(one)} (${signed(effect!)})`;
  });
  const crossing = crossingEpochs(schedules);
  const parts = [`Ahead: ${winners.join(', ')}.`];
  if (crossing !== undefined) parts.push(`The estimates cross at about ${Math.round(crossing)} epochs.`);
  if (flips > 1) parts.push(`The winner changes ${flips} times.`);
  return parts.join(' ');
}

/** First change of sign of the estimates, interpolated along the log of epochs. */
function crossingEpochs(schedules: readonly Judged[]): number | undefined {
  for (const [i, late] of schedules.slice(1).entries()) {
    const early = schedules[i]!;
    const [a, b] = [early.finding.effect!, late.finding.effect!];
    if (a * b >= 0) continue;
    const [x, y] = [Math.log(epochsOf(early)), Math.log(epochsOf(late))];
    return Math.exp(x + ((y - x) * a) / (a - b));
  }
  return undefined;
}
