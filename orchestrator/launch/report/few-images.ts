import { tooFewToChoose } from '../../../contract/index.ts';
import { minivalImages, type ScopeOptions, type SqliteStore } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';

/** Before an answer: that its cells were chosen on too few images to be told apart. */
export function warnOfFewImages(store: SqliteStore, scope: ScopeOptions, io: Io): void {
  const images = minivalImages(store, scope);
  const few = images === null ? undefined : tooFewToChoose(images);
  if (few !== undefined) io.err(`warning: ${few}`);
}
