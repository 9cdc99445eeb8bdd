import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, out } = await invoke('--help');
    expect(code).toBe(0);
    for (const command of [
      'plan',
      'cost',
      'run',
      'resume',
      'worker',
      'status',
      'pause',
      'cancel',
      'retry',
      'best',
      'pareto',
      'isoflop',
      'findings',
      'import',
      'data',
      'doctor',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it.each<[string[], RegExp]>([
    [['pln', 'x.yaml'], /unknown command 'pln'\n\(Did you mean plan\?\)/],
    [['plan', '--max-flop', '2G', 'x.yaml'], /unknown option '--max-flop'\n\(Did you mean --max-flops\?\)/],
    [['plan'], /missing required argument 'grid'/],
    [['plan', 'a.yaml', 'b.yaml'], /too many arguments/],
    [['plan', '--max-flops', 'lots', 'x.yaml'], /Expected an amount such as 500M, 2G or 1e12, got 'lots'/],
    [['plan', '--max-flops', '0', 'x.yaml'], /Expected an amount/],
    [['plan', '--max-flops', '-2G', 'x.yaml'], /Expected an amount|unknown option/],
    [['run', '--workers', '0', 'x.yaml'], /Expected a whole number of at least 1, got '0'/],
    [['run', '--workers', '1.5', 'x.yaml'], /Expected a whole number of at least 1, got '1.5'/],
    [['run', '--workers', '', 'x.yaml'], /Expected a whole number of at least 1, got ''/],
    [['run', '--devices', 'gpu:1', 'x.yaml'], /Expected devices such as .*, got 'gpu:1': did you mean cuda:1\?/],
    [['run', '--devices', 'cpu,webgpu', 'x.yaml'], /got 'webgpu': did you mean webgpu:0\?/],
    [['worker', '--redis', 'redis://localhost', '--devices', 'cuda'], /got 'cuda': did you mean cuda:0\?/],
    [
      ['run', '--devices', 'cpu', '--redis', 'redis://localhost', 'x.yaml'],
      /'--devices <list>' cannot be used with .*'--redis/,
    ],
    [['run', '--engine', 'torch', 'x.yaml'], /Expected one of onnx, tensorflow, command, noop, got 'torch'/],
    [
      ['cost', '--family', 'vgg', '--depth', '8', '--resolution', '8'],
      /Expected one of resnet-rs, resnet-rs-small, got 'vgg'/,
    ],
    [['cost', '--depth', '8', '--resolution', '8'], /required option '--family <name>' not specified/],
    [['isoflop'], /required option '--flops <amount>' not specified/],
    [['pareto', '--axis', 'time'], /Expected one of flops, /],
    [['data', 'get', 'fashion-mnist'], /unknown command 'get'/],
  ])('refuses %j with exit 2', async (args, message) => {
    const { code, out, err } = await invoke(...args);
    expect(err).toMatch(message);
    expect(err).toMatch(/^hint: /m);
    expect(err).not.toMatch(/^ {4}at /m);
    expect(code).toBe(2);
    expect(out).toBe('');
  });

  describe('asked about what is not there', () => {
    const newFolder = useFolders();

    it.each<[string, string[]]>([
      ['status', ['status']],
      ['resume', ['resume']],
      ['pause', ['pause']],
      ['best', ['best', '--max-flops', '2G']],
      ['pareto', ['pareto']],
      ['findings', ['findings']],
    ])('%s names the store that it looked for, and makes none', async (_name, args) => {
      const db = path.join(newFolder(), 'none', 'results.db');
      const { code, err } = await invoke(...args, '--db', db);
      expect(err).toContain(db);
      expect(err).toMatch(/^hint: .*--db/m);
      expect(code).toBe(2);
      expect(existsSync(path.dirname(db))).toBe(false);
    });

    it('a grid that is not there is named', async () => {
      const { code, err } = await invoke('run', '/nowhere/grid.yaml', '--db', path.join(newFolder(), 'r.db'));
      expect(err).toContain('/nowhere/grid.yaml');
      expect(code).toBe(2);
    });

    it('a bad grid writes nothing', async () => {
      const folder = newFolder();
      const grid = path.join(folder, 'bad.yaml');
      writeFileSync(grid, 'question: what?\naxis: {}\n');
      const { code, err } = await invoke('run', grid, '--db', path.join(folder, 'state', 'results.db'));
      expect(err).toMatch(/bad\.yaml:2:1/);
      expect(code).toBe(2);
      expect(existsSync(path.join(folder, 'state'))).toBe(false);
    });
  });
});
