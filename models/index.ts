/** Networks as graphs, and what is read off them: shapes, parameters, FLOPs, activations. */
export { modelCost, networkCost, type Cost, type NetworkCost, type StageCost } from './cost.ts';
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
export { buildNetwork } from './resnet-rs.ts';
export { dropoutFeatures, dropPathNodes } from './drops.ts';
