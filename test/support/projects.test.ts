import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVitest, type Vitest } from 'vitest/node';
import { packageRoot } from '../../contract/index.ts';
import { STARTS_PROCESSES } from './time-outs.ts';

const root = packageRoot();
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !/^(node_modules|dist)\//.test(file))
  .sort();

let vitest: Vitest;
beforeAll(async () => {
  vitest = await createVitest('test', { root, watch: false });
}, STARTS_PROCESSES);
afterAll(() => vitest.close());

test('every test file belongs to exactly one project', async () => {
  const specifications = await vitest.globTestSpecifications();
  expect(specifications.map(({ moduleId }) => path.relative(root, moduleId)).sort()).toEqual(files);
  expect(new Set(specifications.map(({ project }) => project.name))).toEqual(
    new Set(['unit', 'training', 'redis', 'slow']),
  );
});

test('every property test takes its seed from one place', () => {
  const unseeded = files.filter((file) =>
    /^import .*'fast-check';$/m.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(unseeded).toEqual([]);
});
