/** From a network's graph to the ONNX graphs that train and evaluate it, and what those will take. Loads no engine. */
export { buildInferenceModel, INPUT_NAME, OUTPUT_NAME } from './export/inference-model.ts';
export { NCHWC } from './lowerings/blocked/tensor.ts';
export { chooseLayout, layoutIn } from './lowerings/choose-layout.ts';
export { onDevice } from './lowerings/portable/on-device.ts';
export type { Lowering, Optimisation } from './lowerings/rule.ts';
export { EVALUATION_BATCH, trainingMemory, workerMemory } from './memory.ts';
export { OnnxGraph } from './onnx/onnx-graph.ts';
export { type Layout, type Slot } from './parameters/layout.ts';
export { convert, layoutOf, partsOf, storedLayoutOf, VECTORS, type Part } from './parameters/stored-layout.ts';
export { repeatStep } from './step/repeat-step.ts';
export { buildEvaluation, buildGradients, buildStep, buildUpdate } from './step/step-graph.ts';
export { HYPER, type Hyper, type UpdateOptions } from './step/step-inputs.ts';
export { SUCCESSOR, type Vector } from './step/vectors.ts';
export { trialCost } from './trial-cost.ts';
export { OPERATION_CLASSES, workloadOf, type OperationClass, type ValueLayout, type Workload } from './workload.ts';
