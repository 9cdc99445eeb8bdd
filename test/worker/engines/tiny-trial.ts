import { makeTrial, type EngineSpec, type ModelSpec, type RecipeSpec, type Trial } from '../../../contract/index.ts';
import { fullRecipe, tinyModel } from '../training/tiny.ts';
import { TINY_DATA } from './tiny-folder.ts';

export interface TrialChange {
  readonly epochs?: number;
  readonly seed?: number;
  readonly recipe?: Partial<RecipeSpec>;
  readonly model?: Partial<ModelSpec>;
}

/** A network of a few thousand parameters on the images of `tiny-folder.ts`; its recipe uses all that is random. */
export function tinyTrialOf(engine: EngineSpec, { epochs = 3, seed = 5, recipe, model }: TrialChange = {}): Trial {
  return makeTrial({
    model: { ...tinyModel, channels: 3, ...model },
    data: TINY_DATA,
    recipe: { ...fullRecipe, ...recipe },
    epochs,
    seed,
    engine,
  });
}
