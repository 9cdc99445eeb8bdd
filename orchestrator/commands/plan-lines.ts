/** What a plan says beside its table. */
import { formatAmount, formatSeconds, tooFewToChoose } from '../../contract/index.ts';
import type { PlanTotals } from '../../grids/index.ts';
import type { LeftTotals, Pace } from '../launch/plan/left-tally.ts';
import { countOf, grouped } from '../progress/words.ts';
import type { PlanPlace } from './plan-place.ts';

/** A sweep that takes longer than this here is one for other machines. */
const LONG_SECONDS = 30 * 24 * 3600;

export function totalsLines(totals: PlanTotals, left: LeftTotals, place: PlanPlace): string[] {
  const lines = [...trialsLines(totals, left, place), ...flopsLines(totals, left, place)];
  for (const [rule, cut] of Object.entries(totals.excludedBy)) lines.push(`${countOf(cut, 'cell')} cut: ${rule}`);
  const few = tooFewToChoose(left.minivalImages);
  if (few !== undefined) lines.push(`warning: ${few} (data.minivalImages, data.minivalFraction)`);
  return lines;
}

/** `15 trials: 12 done, 3 to train, about 32 s with 2 local workers, at the pace measured here`. */
function trialsLines({ trials }: PlanTotals, left: LeftTotals, place: PlanPlace): string[] {
  const { done, failed, toTrain } = left;
  if (toTrain === 0 && failed === 0) return [`${countOf(trials, 'trial')}, all done: nothing to train`];
  const parts = [
    ...(done > 0 ? [`${grouped(done)} done`] : []),
    ...(failed > 0 ? [`${grouped(failed)} failed (scalesweep retry queues them again)`] : []),
    ...(toTrain > 0 ? [`${grouped(toTrain)} to train, ${timeWords(left, place)}`] : []),
  ];
  const isFresh = toTrain === trials;
  const lines = [
    isFresh
      ? `${countOf(trials, 'trial')} to train, ${timeWords(left, place)}`
      : `${countOf(trials, 'trial')}: ${parts.join(', ')}`,
  ];
  if (place.kind !== 'device' && left.wallSeconds > LONG_SECONDS)
    lines.push('--device-flops 50T --workers 16 says how long that takes on 16 GPUs of that sustained speed');
  return lines;
}

function timeWords({ wallSeconds, workers, pace }: LeftTotals, place: PlanPlace): string {
  const time = wallSeconds < 1 ? 'less than 1 s' : `about ${formatSeconds(wallSeconds)}`;
  return `${time} ${place.kind === 'device' ? 'on' : 'with'} ${countOf(workers, PLACE_WORDS[place.kind])}${PACE_WORDS[pace]}`;
}

const PLACE_WORDS = { local: 'local worker', remote: 'worker', device: 'device' } as const;

const PACE_WORDS: Readonly<Record<Pace, string>> = {
  device: '',
  measured: ', at the pace measured here',
  'partly-measured': ', roughly: a part of these networks was not measured here yet',
  finished: ', at the pace of those that are done',
  rough: ', roughly: nothing like them was measured here yet',
};

function flopsLines(totals: PlanTotals, left: LeftTotals, { deviceFlops }: PlanPlace): string[] {
  const isPart = left.toTrain < totals.trials && left.toTrain > 0;
  const amount = `${formatAmount(totals.trainFlops)} train FLOPs${isPart ? `, ${formatAmount(left.trainFlopsLeft)} of them to train` : ''}`;
  if (deviceFlops === undefined || left.toTrain === 0) return [amount];
  const hours = gpuHoursText(left.trainFlopsLeft / deviceFlops / 3600);
  return [`${amount}: ${hours} GPU-hours at a sustained ${formatAmount(deviceFlops)} FLOP/s`];
}

/** Three digits, without an exponent. */
function gpuHoursText(hours: number): string {
  if (hours < 0.01) return 'less than 0.01';
  return hours < 100 ? hours.toPrecision(3) : grouped(Math.round(Number(hours.toPrecision(3))));
}
