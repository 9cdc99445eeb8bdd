import { isScalesweepError } from '../../contract/index.ts';
import { buildNetwork, type RegisteredFamily } from '../../models/index.ts';

export interface StarterAxes {
  readonly depths: readonly number[];
  readonly resolutions: readonly number[];
}

/** Deeper than a first grid is. */
const DEEPEST = 120;
const SHALLOWEST = 8;

/** Two depths and two resolutions at which a family has networks for images of that side; fewer where it has no two. */
export function starterAxes(family: RegisteredFamily, side: number): StarterAxes {
  const builds = (depth: number, resolution: number): boolean => canBuild(family, depth, resolution);
  const depths: number[] = [];
  for (let depth = SHALLOWEST; depth <= DEEPEST && depths.length < 2; depth++)
    if (builds(depth, side)) depths.push(depth);
  const half = Math.round(side / 2);
  return { depths, resolutions: depths.every((depth) => builds(depth, half)) ? [half, side] : [side] };
}

function canBuild({ name: family, defaults, input }: RegisteredFamily, depth: number, resolution: number): boolean {
  try {
    buildNetwork({ ...defaults, ...input, family, depth, resolution, width: 0.5 });
    return true;
  } catch (error) {
    if (isScalesweepError(error) && error.code === 'MODEL_UNBUILDABLE') return false;
    throw error;
  }
}
