import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { imagesFile } from '../../worker/engines/command/inputs.ts';
import { writeTinyFolder } from '../fixtures/tiny-folder.ts';
import { tinyTrialOf } from '../fixtures/trial.ts';
import { page } from './support/markdown.ts';

const { text } = page('docs/trainers.md');

interface Event {
  readonly properties: Readonly<Record<string, unknown>> & { readonly type: { readonly const: string } };
  readonly required: readonly string[];
}

/** The cells of the table of events, by its event: the code in each. */
function eventRow(name: string): string[][] {
  const [, row = ''] = new RegExp(`^\\| \`${name}\` \\|(.*)$`, 'm').exec(text) ?? [];
  return row.split('|').map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code!));
}

describe('docs/trainers.md', () => {
  const file = path.join(packageRoot(), 'docs', 'trainer-protocol.schema.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { $defs: { event: { oneOf: Event[] } } };

  it.each(schema.$defs.event.oneOf.map((event) => [event.properties.type.const, event] as const))(
    'marks what the event %s must have, and names what it may have',
    (name, { properties, required }) => {
      const [must, may] = eventRow(name);
      expect(must?.toSorted()).toEqual(required.filter((field) => field !== 'type').toSorted());
      const optional = Object.keys(properties).filter((field) => !required.includes(field));
      expect(may?.toSorted()).toEqual(optional.toSorted());
    },
  );

  it('gives the types of the arrays in {data}', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
    try {
      await writeTinyFolder(folder);
      const bytes = readFileSync(await imagesFile(tinyTrialOf({ name: 'onnx', numerics: 1 }).spec, folder));
      const length = Number(bytes.readBigUInt64LE(0));
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { dtype?: string }>;
      for (const name of ['train.images', 'train.labels'])
        expect(text).toContain(`\`${name}\` (${header[name]?.dtype})`);
      expect(text).toContain(`\`mean\` and \`std\` (${header['std']?.dtype})`);
      expect(header['mean']?.dtype).toBe(header['std']?.dtype);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
