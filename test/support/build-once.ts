import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../contract/index.ts';

const BUILT = Symbol.for('scalesweep.built');

/** Brings dist/ up to date before the first test, once for all projects: what tests start is what was last written. */
export default function buildOnce(): void {
  const shared = globalThis as { [BUILT]?: true };
  if (shared[BUILT]) return;
  execFileSync(process.execPath, [path.join(packageRoot(), 'scripts/build.mjs')], { stdio: 'inherit' });
  shared[BUILT] = true;
}
