/** Networks as graphs, and what is read off them: shapes, parameters, FLOPs, activations. */
export { modelCost, networkCost, type Cost, type NetworkCost, type StageCost } from './cost.ts';
export { inputShapes, type Network, type Node, type NodeOf } from './graph.ts';
export { GraphBuilder } from './graph-builder.ts';
export type { ActivationFn } from './ops/activation.ts';
export { WORK_CLASSES, type Extent, type OpDefinition, type Work } from './ops/definition.ts';
export { definitionOf, ops, type Op, type OpKind, type OpOf } from './ops/index.ts';
export { NORM_EPSILON } from './ops/norm.ts';
export type { Param, Stat } from './param.ts';
export { dimsOf, elements, sizeOf, type Shape } from './shape.ts';
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
export { dropoutFeatures, dropPathNodes } from './drops.ts';
