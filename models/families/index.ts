/** A family more is a folder here and a line below (docs/extending/add-a-family.md). */
import './resnet-rs/family.ts';
import './resnet-rs-small/family.ts';

export {
  families,
  familyNames,
  familyOf,
  registerFamily,
  stageBlocks,
  unknownFamily,
  type Family,
  type RegisteredFamily,
  type SpecOf,
} from './registry.ts';
export { modelSpec, trialSpec } from './spec.ts';
export { requireResolution, scaledChannels, unbuildable } from './unbuildable.ts';
