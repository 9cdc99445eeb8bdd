/** What the orchestrator needs of a worker: its protocol and its places. The engines stay behind `worker/main`. */
export { tryDevices } from './child/try-devices.ts';
export { makeAwakeClock, type AwakeClock } from './child/awake-clock.ts';
export { START_FAILURES, supervise, type Supervisor } from './child/supervisor.ts';
export { openCheckpoints } from './storage/checkpoints.ts';
export { costEnvironment } from './engines/command/inherited.ts';
export { fillIn, settingsOf } from './engines/command/inputs.ts';
export {
  allowedInEnvironment,
  commandsEnvironment,
  parseAllowed,
  requireAllowed,
  type AllowedPrograms,
} from './engines/command/programs.ts';
export { noopSeconds } from './engines/noop/options.ts';
export {
  assembly,
  observation,
  type Assembly,
  type Measured,
  type MeasureRequest,
  type Observation,
} from './calibration/observation.ts';
export { startMeasuring } from './calibration/start.ts';
export { whyNotDirect } from './engines/onnx/direct/library.ts';
export { usableCores, usableMemory } from './process/machine.ts';
export { describeEnvironment } from './process/environment.ts';
export { probeOnnx } from './engines/onnx/probe.ts';
export { probeTensorflow } from './engines/tensorflow/probe.ts';
export { readWeights, type TrainedWeights } from './storage/weights.ts';
export { calibrationDir, datasetCacheDir, datasetDir, statePaths, trialLogFile } from './storage/paths.ts';
export { effectiveBatch, smallerMicroBatch } from './training/micro-batch.ts';
export { isLast } from './protocol/protocol.ts';
export { evalSteps } from './data/batches.ts';
export { stepsOf } from './training/schedule.ts';
