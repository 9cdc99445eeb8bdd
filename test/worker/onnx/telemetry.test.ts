import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { useFolders } from '../../orchestrator/support/folders.ts';

const newFolder = useFolders();
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const engine = path.resolve(import.meta.dirname, '../../../worker/engines/onnx');

/** `CI` hides the fault: ONNX Runtime keeps quiet where it is set. */
function loadAt(home: string, script: string): void {
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _off, ...env } = process.env;
  execFileSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', script], {
    cwd: home,
    env: { ...env, HOME: home, XDG_CACHE_HOME: path.join(home, '.cache') },
  });
}

it.each([
  ['as an engine', `import { cpuBlock } from '${engine}/cpu-block.ts'; await cpuBlock();`],
  ['by doctor', `import { probeOnnx } from '${engine}/probe.ts'; await probeOnnx();`],
  ['through its C API', `import { loadRuntime } from '${engine}/direct/library.ts'; await loadRuntime();`],
])('keeps no device id and queues no events where ONNX Runtime is loaded %s', (_how, script) => {
  const home = newFolder();
  loadAt(home, script);
  expect(readdirSync(home)).toEqual([]);
});
