/** The text of a `dataset.json`: what people's editors make of JSON is read; what is wrong is named with its place. */
import { z } from 'zod';
import { didYouMean, ScalesweepError } from '../../../contract/index.ts';
import type { Mistake } from './locate-settings.ts';

/** `refuse`: the dataset is not used until all is well. `skip`: what is bad is left out, and named. */
const policy = z.enum(['refuse', 'skip']);

export const settingsSchema = z.strictObject({
  badImages: policy.default('refuse'),
  /** Of one image in train and test, or under several labels; as `badImages` unless stated. `keep`: it is only named. */
  duplicates: z.enum([...policy.options, 'keep']).optional(),
  /** The largest resolution, in pixels, that the photographs are to be shown at: they are stored for it. */
  resolution: z.int().min(1).max(4096).default(224),
  /**
   * Names the content in place of its hash, for a published dataset (`ilsvrc2012`). The owner answers for the images and
   * for the same `resolution` on every machine.
   */
  identity: z.string().min(1).max(200).optional(),
});
export type FolderSettings = z.infer<typeof settingsSchema>;

const EXPECTED: Readonly<Record<keyof FolderSettings, string>> = {
  badImages: '"refuse" or "skip"',
  duplicates: '"refuse", "skip" or "keep"',
  resolution: 'an integer from 1 to 4096',
  identity: 'a text of 1 to 200 characters',
};
const KEYS = Object.keys(EXPECTED);

/** UTF-8 or UTF-16, with a byte order mark or without: the first character of JSON is ASCII. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const little = (first === 0xff && second === 0xfe) || second === 0;
  const big = (first === 0xfe && second === 0xff) || first === 0;
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(bytes);
}

/** @throws {ScalesweepError} `DATASET_CORRUPT`, one line for each mistake: `file:line:column: expected ..., got ...` */
export async function parseSettings(bytes: Uint8Array, file: string): Promise<FolderSettings> {
  const text = textOf(bytes);
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch (error) {
    // Loaded for files that are not plain and right: it reads what JSON forbids (a trailing comma), and knows places.
    const { locate } = await import('./locate-settings.ts');
    const { value, problems } = locate(text, mistakes);
    if (problems.length === 0) return settingsSchema.parse(value);
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
      { hint: `All keys are optional: ${KEYS.join(', ')}.`, cause: error },
    );
  }
}

function mistakes(value: unknown): Mistake[] {
  const { error } = settingsSchema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue): Mistake[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        key,
        isUnknownKey: true,
        message: `Expected ${KEYS.join(', ')}, got the key ${JSON.stringify(key)}${didYouMean(key, KEYS)}`,
      }));
    }
    const [key] = issue.path;
    if (key === undefined) {
      const message = `Expected a mapping such as {"badImages": "skip", "resolution": 224}, got ${shown(value)}`;
      return [{ key: undefined, isUnknownKey: false, message }];
    }
    const given = (value as Readonly<Record<PropertyKey, unknown>>)[key];
    const message = `Expected ${String(key)} to be ${EXPECTED[key as keyof FolderSettings]}, got ${shown(given)}`;
    return [{ key: String(key), isUnknownKey: false, message }];
  });
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
