import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';

const readJson = (file: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(path.join(packageRoot(), file), 'utf8')) as Record<string, Record<string, unknown>>;

// The script fetches CUDA libraries from NuGet, and fails `npm ci` where NuGet cannot be reached.
it('`npm ci` does not run the install script of onnxruntime-node', () => {
  // npm 11 asks package.json.
  expect(readJson('package.json')['allowScripts']).toMatchObject({ 'onnxruntime-node': false });
  // Earlier versions run what the lock file lists. `npm install onnxruntime-node@...` writes `hasInstallScript` again: remove it.
  const locked = readJson('package-lock.json')['packages']?.['node_modules/onnxruntime-node'];
  expect(locked).toMatchObject({ version: expect.any(String) });
  expect(locked).not.toHaveProperty('hasInstallScript');
});
