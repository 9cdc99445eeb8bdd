/** A newcomer's first day: an empty folder, the packed package, and the commands of docs/first-day.md, nothing else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot, random } from '../../contract/index.ts';
import { codeBlocks, page } from '../docs/support/markdown.ts';
import { shellBlocks } from '../docs/support/shell-blocks.ts';
import { TRAINS_MINUTES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_MINUTES, hookTimeout: TRAINS_MINUTES });

const PAGE = page('docs/first-day.md');
const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-newcomer-'));

beforeAll(async () => {
  unpackInto(path.join(folder, 'node_modules'));
  await takePhotographs(path.join(folder, 'photographs'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

/** As `npm install` leaves it. Its dependencies are those of this checkout: one of them is compiled for a minute when it is installed. */
function unpackInto(modules: string): void {
  const npm = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const file = execFileSync('npm', npm, { cwd: packageRoot(), encoding: 'utf8' }).trim().split('\n').at(-1)!;
  const own = path.join(modules, 'scalesweep');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', path.join(folder, file), '-C', own, '--strip-components=1']);
  const installed = path.join(packageRoot(), 'node_modules');
  for (const name of readdirSync(installed))
    if (!name.startsWith('.') && name !== 'scalesweep')
      symlinkSync(path.join(installed, name), path.join(modules, name));
  mkdirSync(path.join(modules, '.bin'));
  symlinkSync('../scalesweep/dist/orchestrator/cli.js', path.join(modules, '.bin/scalesweep'));
}

const CLASSES = {
  circle: '<circle cx="24" cy="24" r="18"/>',
  square: '<rect x="8" y="8" width="32" height="32"/>',
  triangle: '<path d="M24 6 L44 42 L4 42 Z"/>',
};

/** 105 of them, PNG and JPEG, of several shapes and sizes; the test images in `val`. */
async function takePhotographs(into: string): Promise<void> {
  const draw = random(1, 'photographs');
  const grey = (from: number): number => Math.floor(from + 100 * draw.next());
  for (const [split, count] of [
    ['train', 25],
    ['val', 10],
  ] as const) {
    for (const [name, shape] of Object.entries(CLASSES)) {
      mkdirSync(path.join(into, split, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const [ground, ink] = [`rgb(${grey(150)},${grey(150)},${grey(150)})`, `rgb(${grey(0)},${grey(0)},${grey(0)})`];
        const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="${60 + (i % 3) * 20}" height="${60 + (i % 2) * 30}">
          <rect width="48" height="48" fill="${ground}"/><g fill="${ink}">${shape}</g></svg>`;
        const file = path.join(into, split, name, `${i}.${i % 2 === 0 ? 'png' : 'jpg'}`);
        await sharp(Buffer.from(svg)).flatten({ background: '#888' }).toFile(file);
      }
    }
  }
}

/** The commands under one heading of the page, with what they printed. */
function follow(heading: string): string {
  const text = PAGE.text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
  for (const grid of codeBlocks(text, 'yaml')) writeFileSync(path.join(folder, 'shapes.yaml'), grid);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SCALESWEEP_')));
  return shellBlocks({ file: PAGE.file, text })
    .map(({ script }) => {
      const { status, stdout, stderr } = spawnSync('bash', ['-euc', script], {
        cwd: folder,
        env: { ...env, HOME: folder },
        encoding: 'utf8',
      });
      expect(status, `${script}\n${stdout}\n${stderr}`).toBe(0);
      return stdout + stderr;
    })
    .join('');
}

describe('with the package in an empty folder and docs/first-day.md', () => {
  it('photographs lead to a result of two epochs', () => {
    const printed = follow('Photographs');
    expect(printed).toContain('taken as the test images');
    expect(printed).toMatch(/^75 training images, 30 of test, 3 classes\./m);
    expect(printed).toMatch(/^shapes: 8 trials done, 8 trained now$/m);
    expect(printed).toMatch(/^at most 20M FLOPs .* %/m);
    expect(readdirSync(path.join(folder, '.scalesweep/reports'))).toHaveLength(1);
  });

  it("a trainer of one's own is checked and swept", () => {
    const printed = follow('A trainer of your own');
    expect(printed).toMatch(/resume-at-end +passed/);
    expect(printed).toMatch(/^grid: 4 trials done, 4 trained now$/m);
  });
});
