import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT, ScalesweepError } from '../../contract/index.ts';
import { loadGrid } from '../../grids/index.ts';
import { VALID } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scalesweep-grids-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(content: string | Buffer): string {
  const file = path.join(folder, 'my-grid.yaml');
  writeFileSync(file, content);
  return file;
}

function refusal(file: string): ScalesweepError {
  try {
    loadGrid(file);
  } catch (error) {
    if (error instanceof ScalesweepError) return error;
    throw error;
  }
  throw new Error('Expected the file to be refused');
}

describe('a grid file', () => {
  it('gives a grid named after it, with its text', () => {
    const file = written(VALID);
    expect(loadGrid(file)).toMatchObject({
      name: 'my-grid',
      file,
      text: VALID,
      question: 'which axis pays?',
      engine: 'onnx',
      cellCount: 16,
    });
  });

  it.each([
    ['that is missing', () => path.join(folder, 'none.yaml'), /Expected a grid file, got no file at .*none.yaml/],
    ['that is a folder', () => folder, /Expected a grid file, got the folder/],
    ['below a file', () => path.join(written(VALID), 'grid.yaml'), /Expected a readable grid file, got ENOTDIR/],
    ['that is empty', () => written(''), /my-grid.yaml:1:1: Expected a mapping .* got an empty file/],
    [
      'in Latin-1',
      () => written(Buffer.from('question: ok\n# caf\xe9\n', 'latin1')),
      /my-grid.yaml:2:6: Expected UTF-8 text/,
    ],
    ['in UTF-16', () => written(Buffer.from(`\uFEFF${VALID}`, 'utf16le')), /my-grid.yaml:1:1: Expected UTF-8 text/],
    [
      'that is far too big',
      () => written(`# ${'x'.repeat(1_000_000)}\n${VALID}`),
      /Expected a grid file of at most 1 MB, got 1.0 MB/,
    ],
  ])('%s is refused as a mistake of the user', (_, make, message) => {
    const error = refusal(make());
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({
      code: 'GRID_INVALID',
      exitCode: EXIT.userMistake,
      hint: expect.stringMatching(/\w/) as string,
    });
  });

  it('names itself in every complaint', () => {
    mkdirSync(path.join(folder, 'deep'));
    const file = path.join(folder, 'deep', 'g.yaml');
    writeFileSync(file, VALID.replace('[2, 5]', '[2, 0]'));
    expect(refusal(file).message).toBe(`${file}:14:15: Expected \`epochs\` to be an integer >= 1, got 0`);
  });
});
