import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblzf1',
  'libatomic1',
  'liblua5.1-0',
  'lua-cjson',
  'lua-bitop',
];

/** The program `redis-server`: on the PATH, or Debian's package unpacked into a cache, which needs no root. */
export async function findRedisServer(): Promise<string> {
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/bin']) {
    const program = path.join(folder, 'redis-server');
    if (folder !== '' && existsSync(program)) return program;
  }
  return unpacked();
}

function unpacked(): string {
  const cache = path.join(os.homedir(), '.cache', 'scalesweep', 'redis');
  const program = path.join(cache, 'redis-server');
  if (existsSync(program)) return program;
  const making = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-redis-debian-'));
  try {
    execFileSync('apt-get', ['download', ...PACKAGES], { cwd: making, stdio: 'pipe' });
  } catch (cause) {
    throw new Error('Expected redis-server on the PATH (apt-get install redis-server), or Debian to download it from', {
      cause,
    });
  }
  for (const file of readdirSync(making)) execFileSync('dpkg-deb', ['-x', file, 'unpacked'], { cwd: making });
  const libraries = readdirSync(path.join(making, 'unpacked/usr/lib')).map((name) =>
    path.join(cache, 'unpacked/usr/lib', name),
  );
  writeFileSync(
    path.join(making, 'redis-server'),
    `#!/bin/sh\nLD_LIBRARY_PATH=${libraries.join(':')} exec ${cache}/unpacked/usr/bin/redis-check-rdb "$@"\n`,
    { mode: 0o755 },
  );
  mkdirSync(path.dirname(cache), { recursive: true });
  renameSync(making, cache);
  return program;
}
