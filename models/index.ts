/** Networks as graphs, and what is read off them: shapes, parameters, FLOPs, activations. */
export { modelCost, networkCost, type Cost, type NetworkCost, type StageCost } from './cost.ts';
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
export { buildNetwork } from './families/build-network.ts';
export {
  families,
  familyNames,
  familyOf,
  modelSpec,
  registerFamily,
  requireResolution,
  scaledChannels,
  stageBlocks,
  trialSpec,
  unbuildable,
  type Family,
  type RegisteredFamily,
  type SpecOf,
} from './families/index.ts';
export type { ResnetSpec } from './families/resnet/settings.ts';
export { GraphBuilder } from './graph-builder.ts';
export { dropoutFeatures, dropPathNodes } from './drops.ts';
