import type { Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { hasResults, type ScopeOptions, type SqliteStore } from '../../results/index.ts';

/**
 * Says that there are no results yet, in the words of every command that asks about results; false where there are. With `--json` the
 * document follows, which is empty.
 */
export function hasNothingToSay(store: SqliteStore, options: ScopedOptions, io: Io): boolean {
  const text = noResults(store, scopeOf(options));
  if (text === undefined) return false;
  if (options.json === true) io.err(text);
  else io.out(text);
  return options.json !== true;
}

/** What every question about results answers where no trial is finished, in a sentence; `undefined` where one is. */
function noResults(store: SqliteStore, scope: ScopeOptions): string | undefined {
  if (hasResults(store, scope)) return undefined;
  if (scope.where !== undefined) return `No finished trial has ${scope.where}.`;
  const { id, name } = store.sweep(scope.sweep);
  const counts = store.counts(id);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`;
  return `No results yet: 0 of ${total} trials of ${name} (${id}) are done${failed}. scalesweep status says where it stands.`;
}
