import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { isInterpreter } from './programs.ts';

/** Larger files are data, and no part of a program. */
const MOST_BYTES = 256 * 2 ** 20;

/** Digests of contents by path, size and time of change: a worker starts its trainer many times. */
const known = new Map<string, string>();

/**
 * Names the content of a trainer: of its program and of the files among its arguments. An interpreter that runs one of these is left out, since
 * it differs from machine to machine. What those files load in turn is not seen. `undefined` where no file can be read.
 *
 * @returns 16 hexadecimal digits of a SHA-256
 */
export async function programDigest(run: readonly string[], args: readonly string[]): Promise<string | undefined> {
  const [program, ...own] = run;
  const scripts = [...own, ...args].filter((argument) => !argument.startsWith('-'));
  const digests = await digestsOf(scripts);
  if (digests.length === 0 || !isInterpreter(program!)) digests.unshift(...(await digestsOf([inPath(program!)])));
  if (digests.length === 0) return undefined;
  return createHash('sha256').update(digests.join('\n')).digest('hex').slice(0, 16);
}

async function digestsOf(files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    const about = statSync(file, { throwIfNoEntry: false });
    if (about?.isFile() !== true || about.size > MOST_BYTES) continue;
    const key = `${path.resolve(file)} ${about.ino} ${about.size} ${about.mtimeMs}`;
    const digest = known.get(key) ?? (await contentDigest(file).catch(() => undefined));
    if (digest === undefined) continue;
    known.set(key, digest);
    found.push(digest);
  }
  return found;
}

async function contentDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Where a program without a slash in its name lies. */
function inPath(file: string): string {
  if (file.includes('/')) return file;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = folders.map((folder) => path.join(folder, file));
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) ?? file;
}
