import { afterEach } from 'vitest';
import { started } from './cli.ts';

/** Ends what a failed test left running. To be called in a `describe` that starts command lines. */
export function useCli(): void {
  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    started.clear();
  });
}
