/** docs/extending/add-an-operation.md names files and tables: they exist, and hold what it says. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ops } from '../../models/index.ts';
import { portableRules } from '../../compiler/lowerings/portable/rules.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/extending/add-an-operation.md');

describe('the page on operations', () => {
  it('names files and folders that exist, but for the two that the reader writes', () => {
    const named = [...page.matchAll(/`((?:models|compiler|worker|test)\/[\w./<>-]+)`/g)].map(([, name]) => name!);
    const written = named.filter((name) => /<kind>|smooth-pool/.test(name));
    expect(new Set(named).size).toBeGreaterThan(10);
    expect(named.filter((name) => !written.includes(name) && !existsSync(path.join(root, name)))).toEqual([]);
  });

  it('imports what the files beside the new ones export', () => {
    const imports = [...page.matchAll(/import (?:type )?\{ (.+) \} from '([^']+)';/g)];
    expect(imports.length).toBeGreaterThan(4);
    for (const [, names, from] of imports) {
      const folder = from === './definition.ts' ? 'models/ops' : 'compiler/lowerings/portable';
      const source = read(path.join(folder, from!));
      for (const name of names!.split(', ').map((each) => each.replace('type ', '')))
        expect(source, `${name} of ${from}`).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  it.each([
    ['models/ops/index.ts', ['interface OpTypes {', 'export const ops:']],
    ['models/ops/definition.ts', ['params?(', 'flops?(', 'activations?(', 'workload(', 'kept?(']],
    ['compiler/lowerings/rule.ts', ['valueOf:', 'param:', 'gradient:', 'batch:', 'mode:', 'shapeOf:']],
    ['compiler/lowerings/blocked/rules.ts', ['export const blockedRules']],
    ['worker/engines/tensorflow/apply-node.ts', ['const operations:']],
    ['test/worker/torch/graph.py', ['def apply(node, inputs):', 'avg_pool']],
    ['test/compiler/operations/networks.ts', ['new GraphBuilder(', 'export function']],
    ['test/compiler/operations/operations.slow.test.ts', ['const networks:']],
  ])('finds in %s the tables it speaks of', (file, texts) => {
    for (const text of texts) expect(read(file)).toContain(text);
  });

  it('holds for every operation there is: a file for what it is, and one for how it is computed', () => {
    for (const kind of Object.keys(ops)) {
      expect(existsSync(path.join(root, 'models/ops', `${kind}.ts`)), kind).toBe(true);
      expect(existsSync(path.join(root, 'compiler/lowerings/portable', `${kind}.ts`)), kind).toBe(true);
    }
    expect(Object.keys(portableRules).toSorted()).toEqual(Object.keys(ops).toSorted());
  });
});
