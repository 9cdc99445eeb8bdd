/** Networks as graphs, and what is read off them: shapes, parameters, FLOPs, activations, memory. */
export { modelCost, networkCost, trialCost, type Cost, type NetworkCost, type StageCost } from './cost.ts';
export { blocksOf } from './depths.ts';
export {
  elements,
  NORM_EPSILON,
  type Init,
  type Network,
  type Node,
  type Op,
  type OpKind,
  type Param,
  type Shape,
} from './graph.ts';
export { EVALUATION_BATCH, trainingMemory, workerMemory } from './memory.ts';
export { buildNetwork } from './resnet-rs.ts';
export { OPERATION_CLASSES, workloadOf, type OperationClass, type ValueLayout, type Workload } from './workload.ts';
