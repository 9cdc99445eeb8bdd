import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, readContainer, writeContainer } from '../../../worker/storage/container.ts';
import { removeAbandoned, writeFileAtomically } from '../../../worker/storage/write-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-storage-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('writing a file', () => {
  it('makes its folders and gives the bytes written', async () => {
    const file = path.join(folder, 'a', 'b', 'file');
    expect(await writeFileAtomically(file, [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)])).toBe(3);
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
    expect(readdirSync(path.dirname(file))).toEqual(['file']);
  });

  it('that fails half-way leaves the former file and nothing else', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, 'former');
    function* failing(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('the source dried up');
    }
    await expect(writeFileAtomically(file, failing())).rejects.toThrow('the source dried up');
    expect(readFileSync(file, 'utf8')).toBe('former');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('over a folder is a clear error', async () => {
    const file = path.join(folder, 'taken');
    mkdirSync(path.join(file, 'inside'), { recursive: true });
    await expect(writeFileAtomically(file, [])).rejects.toThrow(/EISDIR|ENOTEMPTY|taken/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('what killed writers left', () => {
  it('is removed once it is old, and only that', async () => {
    const now = Date.now();
    for (const name of ['x.bin.tmp-old', 'x.bin.tmp-new', 'x.bin']) writeFileSync(path.join(folder, name), '');
    const twoHoursAgo = new Date(now - 7_200_000);
    for (const name of ['x.bin.tmp-old', 'x.bin']) utimesSync(path.join(folder, name), twoHoursAgo, twoHoursAgo);
    await removeAbandoned(folder, now);
    expect(readdirSync(folder).sort()).toEqual(['x.bin', 'x.bin.tmp-new']);
    await removeAbandoned(path.join(folder, 'nowhere'), now);
  });
});

describe('a container', () => {
  it('gives its facts and its sections, aligned for every element type, empty ones included', async () => {
    const file = path.join(folder, 'c');
    const doubles = Float64Array.of(1.5, -0, Number.NaN);
    const sections = new Map([
      ['odd', Uint8Array.of(1, 2, 3)],
      ['none', new Uint8Array()],
      ['doubles', bytesOf(doubles)],
    ]);
    const bytes = await writeContainer(file, 'kind', { ü: [1, null] }, sections);
    expect(readFileSync(file).length).toBe(bytes);
    const read = await readContainer(file, 'kind');
    expect(read.facts).toEqual({ ü: [1, null] });
    expect([...read.sections.keys()]).toEqual(['odd', 'none', 'doubles']);
    expect([...read.sections.get('odd')!]).toEqual([1, 2, 3]);
    const { buffer, byteOffset } = read.sections.get('doubles')!;
    expect([...new Float64Array(buffer, byteOffset, 3)]).toEqual([...doubles]);
  });

  it('of another kind is refused', async () => {
    const file = path.join(folder, 'c');
    await writeContainer(file, 'checkpoint', {}, new Map());
    await expect(readContainer(file, 'images')).rejects.toThrow('Expected a file of kind "images", got "checkpoint"');
  });

  it('with any one byte changed is refused', async () => {
    const file = path.join(folder, 'c');
    await writeContainer(file, 'kind', { a: 1 }, new Map([['s', Uint8Array.of(1, 2, 3)]]));
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at++) {
      const copy = Buffer.from(whole);
      copy[at]! ^= 0x10;
      writeFileSync(file, copy);
      await expect(readContainer(file, 'kind'), `byte ${at}`).rejects.toThrow(/^Expected/);
    }
  });

  it('cut off anywhere is refused', async () => {
    const file = path.join(folder, 'c');
    await writeContainer(file, 'kind', { a: 1 }, new Map([['s', Uint8Array.of(1, 2, 3)]]));
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      await expect(readContainer(file, 'kind'), `${length} bytes`).rejects.toThrow(/^Expected/);
    }
  });
});
