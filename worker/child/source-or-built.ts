import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * How a module of this program is started in a process of its own: under tsx from the sources, plainly from dist/.
 *
 * @param from `import.meta.url` of the caller
 * @param module its place relative to that, without extension
 */
export function sourceOrBuilt(from: string, module: string): { file: string; execArgv: string[] } {
  const isSource = from.endsWith('.ts');
  return {
    file: fileURLToPath(new URL(`${module}.${isSource ? 'ts' : 'js'}`, from)),
    // Named by its place, since the working folder is the user's.
    execArgv: isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [],
  };
}
