import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';

/**
 * Processes that a test's own modules start run from dist/, which the run has built: from the sources, under tsx, each
 * takes half a second of a core longer to start.
 */
vi.mock('../../worker/child/source-or-built.ts', () => ({
  sourceOrBuilt: (from: string, module: string) => {
    const file = fileURLToPath(new URL(`${module}.js`, from));
    return { file: file.replace(packageRoot(), `${packageRoot()}/dist`), execArgv: [] };
  },
}));
