// Compiles the rooms into dist/. Run by `npm ci` (prepare), `npm start` and `npm test`; incremental, so a
// build with nothing to do costs under a second.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
} catch {
  // The compiler has printed its messages; a stack of this script would only hide them.
  process.exit(1);
}
chmodSync(path.join(root, 'dist', 'orchestrator', 'cli.js'), 0o755);
