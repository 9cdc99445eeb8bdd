import path from 'node:path';
import { format } from 'prettier';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { packageRoot, type ModelSpec } from '../../contract/index.ts';
import type { Family } from '../../models/index.ts';
import { familiesPage } from './families-page.ts';

// Loaded for this file alone: registering is over once the families were used, and another file may have done that.
vi.resetModules();
const { buildNetwork, families, familyOf, modelSpec, registerFamily } = await import('../../models/index.ts');

const definition: Family = {
  ...familyOf('resnet-rs-small'),
  name: 'other',
  settings: { groups: z.int().min(1) },
  defaults: { groups: 1 },
};

describe('registering a family', () => {
  it.each<[string, Partial<Family>, RegExp]>([
    ['a name with capitals', { name: 'ResNet' }, /Family ResNet: expected a name of lower-case letters/],
    ['a name that is taken', { name: 'resnet-rs' }, /a name that no other family has/],
    [
      'a setting of the recipe',
      { settings: { dropout: z.number() } },
      /a setting with a name of its own, got `dropout`/,
    ],
    [
      'a setting of another kind',
      { settings: { groups: z.string() } },
      /`groups` to be a number, a boolean or an enumeration/,
    ],
    ['a default that is none', { defaults: { groups: 0 } }, /a default of `groups` that its schema takes/],
    ['no default', { defaults: {} }, /a default of `groups`/],
    [
      'a setting with another meaning elsewhere',
      { settings: { block: z.enum(['mbconv']) }, defaults: { block: 'mbconv' } },
      /`block` to take the same values as in the family resnet-rs, or to have another name/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => registerFamily({ ...definition, ...change })).toThrow(message);
  });

  it('is over when schemas have been derived from the families', () => {
    families();
    expect(() => registerFamily(definition)).toThrow(/before the families are first used/);
  });
});

describe('the spec of a network', () => {
  const small: ModelSpec = {
    family: 'resnet-rs-small',
    depth: 8,
    width: 1,
    resolution: 8,
    channels: 1,
    classes: 10,
    ...familyOf('resnet-rs-small').defaults,
  };

  it('is strict: nothing more than its family has, and nothing less', () => {
    expect(modelSpec.parse(small)).toEqual(small);
    expect(modelSpec.parse({ ...small, blocks: [1, 1, 1] })).toEqual({ ...small, blocks: [1, 1, 1] });
    expect(modelSpec.safeParse({ ...small, expansion: 2 }).error?.issues[0]?.message).toContain('"expansion"');
    const { seRatio: _, ...lacking } = small;
    expect(modelSpec.safeParse(lacking).error?.issues[0]?.path).toEqual(['seRatio']);
  });

  it('names the families and the nearest where its own is none', () => {
    const message =
      'Expected one of the families resnet-rs, resnet-rs-small, got "resnet-sr" (did you mean `resnet-rs`?)';
    expect(modelSpec.safeParse({ ...small, family: 'resnet-sr' }).error?.issues[0]?.message).toBe(message);
    expect(() => buildNetwork({ ...small, family: 'resnet-sr' })).toThrow(message);
    expect(modelSpec.safeParse(undefined).success).toBe(false);
  });
});

// After a change of a family: `npx vitest run test/models/families.test.ts -u` writes the page again.
it('docs/families.md is what the families say of themselves', async () => {
  const text = await format(familiesPage(), { parser: 'markdown', printWidth: 120 });
  await expect(text).toMatchFileSnapshot(path.join(packageRoot(), 'docs', 'families.md'));
});
