import { messageOf, type RedisAddress, type TrialSpec } from '../../contract/index.ts';
import { calibrationDir, startMeasuring, type MeasureRequest } from '../../worker/index.ts';
import type { Io } from '../cli/io.ts';
import { workerSlots } from '../dispatch/worker-slots.ts';
import { makeFlatPredictor, type Predictor } from '../sweep/predictor.ts';
import { makeCalibratedPredictor } from './calibrated-predictor.ts';
import { calibrationFile, calibrationKey, keepCalibration, readCalibration, type Place } from './calibration-file.ts';
import { calibrationOf, mergeCalibrations, type Calibration } from './calibration.ts';

/** Measuring takes about five seconds on an idle machine; it has to end on a busy one too. */
const WITHIN_MS = 30_000;

export interface PlaceOptions {
  readonly devices?: readonly string[];
  readonly workers?: number;
  readonly threads?: number;
  /** Redis through which workers on other machines take the trials; what was measured here does not apply to them. */
  readonly redis?: RedisAddress;
}

/** Where the trials of these options are trained. Of several devices the first stands for all. */
export function placeOf({ devices, workers, threads }: PlaceOptions): Place {
  const device = devices?.[0] ?? 'cpu';
  return { device, threads: threads ?? 1, workers: workerSlots([device], workers, threads).length };
}

/** From what is kept of this machine; the flat figure where nothing is. */
export function openPredictor(options: PlaceOptions): Predictor {
  const place = placeOf(options);
  const calibration = options.redis === undefined ? readCalibration(calibrationKey(place)) : undefined;
  return calibration === undefined ? makeFlatPredictor(place.threads) : predictorOf(calibration, place);
}

function predictorOf(calibration: Calibration, { device, threads }: Place): Predictor {
  return makeCalibratedPredictor({ calibration, device, threads, keep: (each) => keepCalibration(each) });
}

/**
 * Measures this machine, keeps the result, and predicts from it. Where nothing may be kept, or measuring fails, predictions are
 * less precise: the flat figure is used.
 */
export async function calibrate(
  options: PlaceOptions,
  layouts: MeasureRequest['layouts'],
  io: Pick<Io, 'err'>,
): Promise<Predictor> {
  const place = placeOf(options);
  const key = calibrationKey(place);
  if (calibrationFile(key) === undefined) return makeFlatPredictor(place.threads);
  try {
    const { device, threads, workers } = place;
    io.err(measuringWords(place, layouts, readCalibration(key) !== undefined));
    const measured = await startMeasuring({ device, threads, layouts, withinMs: WITHIN_MS }, workers);
    const calibration = mergeCalibrations(readCalibration(key), calibrationOf(key, measured));
    keepCalibration(calibration);
    return predictorOf(calibration, place);
  } catch (error) {
    io.err(`not measured, times are rough: ${messageOf(error).split('\n', 1)[0]}`);
    return makeFlatPredictor(place.threads);
  }
}

/**
 * What is about to be measured, and why although something was before: a calibration holds for one number of workers, and for the layouts
 * that it measured.
 */
export function measuringWords(
  { device, workers }: Place,
  layouts: MeasureRequest['layouts'],
  isKnown: boolean,
): string {
  const place = `${device} trains with ${workers === 1 ? '1 worker' : `${workers} workers`}`;
  const why = isKnown
    ? `in the ${layouts.join(' and ')} layout, which was not measured here yet`
    : 'once for this machine';
  return `measuring how fast ${place}, ${why}: 5 to 30 s`;
}

/**
 * The same predictor, or one that has measured what these trials need: the first run on a machine measures it, and a later one
 * that trains in a layout which none before it used.
 */
export async function ensureMeasured(
  predictor: Predictor,
  specs: readonly TrialSpec[],
  options: PlaceOptions,
  io: Pick<Io, 'err'>,
): Promise<Predictor> {
  const isWanted = options.redis === undefined && calibrationDir() !== undefined;
  const trained = specs.filter(({ engine }) => engine.name === 'onnx');
  if (!isWanted || trained.length === 0) return predictor;
  const isKnown = (by: Predictor): boolean => trained.every((spec) => by.knows(spec));
  let current = predictor;
  if (!current.isMeasured)
    current = await calibrate(options, [placeOf(options).device === 'cpu' ? 'blocked' : 'plain'], io);
  return current.isMeasured && !isKnown(current) ? calibrate(options, ['plain'], io) : current;
}
