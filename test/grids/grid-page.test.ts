import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { gridKeys } from '../../grids/index.ts';
import { families } from '../../models/index.ts';
import { gridPage } from './grid-page.ts';

const root = packageRoot();

/** All keys that a JSON Schema names. */
function propertiesIn(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return new Set([...own, ...Object.values(schema).flatMap((part) => [...propertiesIn(part)])]);
}

describe('the reference of a grid', () => {
  // After a change of the grid's form: `npx vitest run test/grids/grid-page.test.ts -u` writes the page.
  it('docs/grid.md is written from the schema', async () => {
    const text = await format(gridPage(), { parser: 'markdown', printWidth: 120 });
    await expect(text).toMatchFileSnapshot(path.join(root, 'docs', 'grid.md'));
  });

  it('has every key of the schema', () => {
    const schema = JSON.parse(readFileSync(path.join(root, 'grids', 'schema.json'), 'utf8')) as unknown;
    const named = new Set(gridKeys().map(({ key }) => key.split('.').at(-1)!));
    /** Forms of a value rather than settings. */
    const forms = ['by', 'values', 'otherwise', 'per256'];
    expect([...propertiesIn(schema)].filter((key) => !named.has(key) && !forms.includes(key))).toEqual([]);
  });

  it('says of every key what it is and what it takes', () => {
    expect(gridKeys().filter(({ about, values }) => about === '' || values === '')).toEqual([]);
  });

  it('has a default of every setting that a grid may leave out', () => {
    const without = gridKeys().filter(
      ({ key, required, default: usual, byFamily }) =>
        /^recipe|^model/.test(key) && !required && usual === null && byFamily === null,
    );
    expect(without.map(({ key }) => key)).toEqual(['model.blocks']);
  });

  it('says which depths each family has', () => {
    const depth = gridKeys().find(({ key }) => key === 'axes.depth');
    expect(depth?.byFamily).toEqual(Object.fromEntries(families().map((family) => [family.name, family.depth])));
  });
});
