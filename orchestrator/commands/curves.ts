import { EXIT, isScalesweepError } from '../../contract/index.ts';
import { axisText, trialCurves, varyingAxes, type SqliteStore, type TrialCurve } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { rangeOf, sparkline } from '../cli/sparkline.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf, percent } from '../progress/words.ts';
import { showText } from './show.ts';

/** Bars of a curve. */
const BARS = 32;

/**
 * `scalesweep curves`: minival top-1 of each trial of a sweep, epoch by epoch, all on one scale; or of one trial, with its numbers.
 *
 * @throws {ScalesweepError} NOT_FOUND where it names neither a sweep nor a trial.
 */
export async function curves(prefix: string | undefined, options: StoreOptions, io: Io): Promise<number> {
  return readStore(options.db, (store) => {
    const sweep = sweepNamed(store, prefix);
    if (sweep === undefined) return ofTrial(store, prefix!, options, io);
    const found = trialCurves(store, sweep.id);
    if (options.json === true) printJson(io, { sweep: sweep.id, trials: found });
    else if (found.length === 0) io.out(`${sweep.name} (${sweep.id}): no trial has finished an epoch yet.`);
    else io.out(curvesText(found, varyingAxes(store, sweep.id), io.width));
    return EXIT.done;
  });
}

function sweepNamed(store: SqliteStore, prefix: string | undefined) {
  try {
    return store.sweep(prefix);
  } catch (error) {
    if (prefix !== undefined && isScalesweepError(error) && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function ofTrial(store: SqliteStore, prefix: string, options: StoreOptions, io: Io): number {
  const { id, epochs: curve } = store.trial(prefix);
  if (options.json === true) printJson(io, { trial: id, curve });
  else if (curve.length === 0) io.out(`trial ${id}: no epoch is finished yet.`);
  else
    io.out([showText({ ...store.trial(prefix), attempts: [] }), '', formatTable(curve, EPOCHS, io.width)].join('\n'));
  return EXIT.done;
}

function curvesText(found: readonly TrialCurve[], varying: ReturnType<typeof varyingAxes>, width?: number): string {
  const minivals = found.map(({ curve }) => curve.map(({ minivalTop1 }) => minivalTop1));
  const [low, high] = rangeOf(minivals.flat());
  if (low > high) return `${countOf(found.length, 'trial')} with epochs, none with a minival top-1.`;
  const named = varying.axes.length > 0 ? varying.axes : ['width', 'depth', 'resolution', 'epochs'];
  const columns: Column<TrialCurve>[] = [
    ...named.map((axis): Column<TrialCurve> => ({ head: axis, value: (trial) => axisText(valueOf(trial, axis)) })),
    ...(varying.seeds ? [{ head: 'seed', value: ({ seed }: TrialCurve) => seed }] : []),
    { head: 'minival by epoch', value: (trial) => sparkline(minivalsOf(trial), BARS, [low, high]), align: 'left' },
    { head: 'last', value: (trial) => percent(minivalsOf(trial).findLast((value) => value !== null) ?? null) },
    { head: 'best', value: (trial) => percent(bestOf(trial)), rank: 2 },
    { head: 'at epoch', value: (trial) => epochOfBest(trial), rank: 1 },
    { head: 'trial', value: ({ id, state }) => (state === 'done' ? id : `${id} ${state}`), align: 'left', rank: 0 },
  ];
  return `${formatTable(found, columns, width)}\nBars from ${percent(low)} to ${percent(high)}, the same for all trials.`;
}

const valueOf = (trial: TrialCurve, axis: string): unknown =>
  trial.axes[axis] ?? (trial as unknown as Readonly<Record<string, unknown>>)[axis];

const minivalsOf = ({ curve }: TrialCurve): (number | null)[] => curve.map(({ minivalTop1 }) => minivalTop1);

function bestOf(trial: TrialCurve): number | null {
  const known = minivalsOf(trial).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function epochOfBest(trial: TrialCurve): string {
  const best = bestOf(trial);
  const found = trial.curve.find(({ minivalTop1 }) => minivalTop1 !== null && minivalTop1 === best);
  return found === undefined ? '-' : `${found.epoch}/${trial.epochs}`;
}

const loss = (value: number | null): string => (value === null ? '-' : value.toFixed(3));

const EPOCHS: readonly Column<TrialCurve['curve'][number]>[] = [
  { head: 'epoch', value: ({ epoch }) => epoch },
  { head: 'train loss', value: ({ trainLoss }) => loss(trainLoss) },
  { head: 'train', value: ({ trainTop1 }) => percent(trainTop1) },
  { head: 'minival loss', value: ({ minivalLoss }) => loss(minivalLoss) },
  { head: 'minival', value: ({ minivalTop1 }) => percent(minivalTop1) },
];
