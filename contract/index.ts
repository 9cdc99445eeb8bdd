/** What all rooms share: errors, amounts, randomness, and the wire forms of trial and event. */
export { formatAmount, formatSeconds, parseAmount } from './amounts.ts';
export { canonicalJson, contentHash } from './canonical.ts';
export { nearestDevice, parseDevice, type Device } from './device.ts';
export { didYouMean } from './did-you-mean.ts';
export {
  EXIT,
  isScalesweepError,
  messageOf,
  ScalesweepError,
  type ErrorCode,
  type ScalesweepErrorOptions,
} from './errors.ts';
export {
  EVENT_VERSION,
  epochMetrics,
  RESULT_ORDER,
  workerEvent,
  ownMetrics,
  type OwnMetrics,
  type EpochMetrics,
  type FailureKind,
  type TrialResult,
  type WorkerEvent,
} from './event.ts';
export {
  budgetText,
  cappedOf,
  costAxes,
  costNouns,
  COSTS,
  EPOCH_METRICS,
  factOf,
  FACTS,
  inOrder,
  METRICS,
  printed,
  scalingAxes,
  SCALING_AXES,
  titleOf,
  type Accepts,
  type Budget,
  type CostAxis,
  type CostName,
  type Fact,
  type Facts,
  type MetricFact,
  type MetricName,
  type ScalingAxis,
  type ScalingFact,
} from './facts/index.ts';
export { shapeOf } from './facts/wire.ts';
export { failedEvent, handedBack } from './failed-event.ts';
export { packEvents, wireEvents, unpackEvents } from './wire-event.ts';
export { tooFewToChoose } from './minival.ts';
export { packageRoot } from './package-root.ts';
export { systemCode, systemError } from './system-error.ts';
export { timerMs } from './timers.ts';
export { parseRedisAddress, type RedisAddress } from './redis-address.ts';
export { Secret, withoutSecrets } from './secret.ts';
export { respelled } from './respell.ts';
export { AxisNumbers, isSameValue, SAME_WITHIN } from './same-value.ts';
export { permutation, random, type Random } from './random.ts';
export {
  dataSpec,
  ENGINE_NUMERICS,
  engineNames,
  isOwnModel,
  makeTrial,
  modelCore,
  OWN_NAME,
  ownModel,
  ownValue,
  recipeSpec,
  trainerSpec,
  TRIAL_ID,
  trialId,
  trialSpecOf,
  type DataSpec,
  type EngineName,
  type EngineSpec,
  type ModelSetting,
  type ModelSpec,
  type OwnParams,
  type RecipeSpec,
  type TrainerSpec,
  type Trial,
  type TrialCost,
  type TrialSpec,
} from './trial.ts';
