import { tooFewToChoose } from '../../../contract/index.ts';
import { minivalImages, otherCosts, type ScopeOptions, type SqliteStore } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';

/** Before an answer: that its cells were chosen on too few images to be told apart, or have the costs of other networks. */
export function warnOfAnswer(store: SqliteStore, scope: ScopeOptions, io: Io): void {
  const images = minivalImages(store, scope);
  const few = images === null ? undefined : tooFewToChoose(images);
  if (few !== undefined) io.err(`warning: ${few}`);
  const costs = otherCosts(store, scope);
  if (costs !== undefined) io.err(`note: ${costs}`);
}
