import { parse } from 'yaml';
import type { SqliteStore } from '../store/sqlite-store.ts';
import type { ScopeOptions } from './scope.ts';

/** Of a grid that was read and stored once, what is looked at here. */
interface StoredGrid {
  readonly engine?: { readonly ownCost?: boolean };
  readonly model?: { readonly family?: unknown };
}

/**
 * Whose networks the costs of a sweep's cells are of, where a trainer of the user's own trained others: a sentence. `undefined` where who trains
 * is who costs.
 */
export function otherCosts(store: SqliteStore, { sweep }: ScopeOptions = {}): string | undefined {
  const { facts, gridText } = store.sweep(sweep);
  const trainer = facts?.engine.trainer?.name;
  if (trainer === undefined) return undefined;
  const { engine, model } = (parse(gridText) ?? {}) as StoredGrid;
  if (engine?.ownCost === true) return undefined;
  const family = typeof model?.family === 'string' ? model.family : 'the built-in families';
  return `FLOPs, params and memory are of ${family} at each cell, not of trainer ${trainer}`;
}
