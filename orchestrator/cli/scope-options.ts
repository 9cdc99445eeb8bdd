import type { ScopeOptions } from '../../results/index.ts';
import type { StoreOptions } from './shared-options.ts';

/** Options of every command that asks about results. */
export interface ScopedOptions extends StoreOptions {
  readonly sweep?: string;
  readonly where?: string;
}

export function scopeOf({ sweep, where }: ScopedOptions): ScopeOptions {
  return { sweep, where };
}
