import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { programDigest } from '../../../../worker/engines/command/program-digest.ts';
import { useFolders } from '../../../orchestrator/support/folders.ts';

describe('the digest of a trainer', () => {
  const newFolder = useFolders();
  const write = (name: string, text: string, folder = newFolder()): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('is of contents and not of places', async () => {
    const [here, there, other] = [write('a.py', 'one'), write('b.py', 'one'), write('a.py', 'two')];
    expect(await programDigest([here], [])).toMatch(/^[0-9a-f]{16}$/);
    expect(await programDigest([there], [])).toBe(await programDigest([here], []));
    expect(await programDigest([other], [])).not.toBe(await programDigest([here], []));
  });

  it('sees a file that was written again', async () => {
    const folder = newFolder();
    const before = await programDigest([write('a.py', 'one', folder)], []);
    expect(await programDigest([write('a.py', 'other', folder)], [])).not.toBe(before);
  });

  it('is of a script and not of the interpreter that runs it, and of files among the arguments', async () => {
    const script = write('a.py', 'one');
    const settings = write('a.yaml', 'depth: 3');
    const alone = await programDigest(['python3', script], []);
    expect(await programDigest(['/usr/bin/env', script], ['--data', '{data}', '-v'])).toBe(alone);
    expect(await programDigest(['python3', script], ['--settings', settings])).not.toBe(alone);
  });

  it('is that of the program in PATH where there is no other file, and absent where there is none', async () => {
    expect(await programDigest(['sh'], ['-c'])).toMatch(/^[0-9a-f]{16}$/);
    expect(await programDigest(['no-such-program'], [])).toBeUndefined();
  });
});
