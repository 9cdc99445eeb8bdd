/** The form of a grid file. What the values mean to each other is checked in `compile.ts`. */
import { z } from 'zod';
import { costAxes, didYouMean, engineNames, scalingAxes } from '../../contract/index.ts';
import { describe, FIELDS, fieldsOf, type Field, type Fields, type Section } from './fields.ts';
import { oddSpace, plainSpaces } from '../read/characters.ts';
import { listed, MAX_LISTED, shown } from '../read/problems.ts';

/** The message for a wrong value, from what it should have been. */
const says = (expected: string): { error: (issue: { input?: unknown }) => string } => ({
  error: ({ input }) => `Expected ${expected}, got ${shown(input)}`,
});

/** The same for a text; what YAML reads as a number or as true is a text in quotes. */
const saysText = (expected: string): { error: (issue: { input?: unknown }) => string } => ({
  error: ({ input }) =>
    `Expected ${expected}, got ${shown(input)}${typeof input === 'number' || typeof input === 'boolean' ? '; put it in quotes' : ''}`,
});

const text = (name: string): z.ZodString =>
  z
    .string(saysText(`\`${name}\` to be a text`))
    .trim()
    .min(1, saysText(`\`${name}\` to be a text`));

/** A mapping of known keys. Unknown keys get a line of the message each, in the order of `issue.keys`. */
function mapping<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  least: readonly string[] = [],
): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, name, known)).join('\n')
        : issue.input === undefined && least.length > 0
          ? `Expected ${name} with at least { ${least.join(', ')} } in the grid, got no such section`
          : `Expected ${name} to be a mapping with ${listed(known.slice(0, 8).map((key) => `\`${key}\``))}, got ${shown(issue.input)}`,
  });
}

function unknownKey(key: string, name: string, known: readonly string[]): string {
  const visible = plainSpaces(key).trim();
  const bare = /^(?:model|data|recipe|axes)\.(\w+)$/.exec(key)?.[1] ?? '';
  const [, start = ''] = /^(\w+):./.exec(key) ?? [];
  if (visible !== key && known.includes(visible))
    return `Expected \`${visible}\` in ${name}, got it with ${oddSpace(key)?.name ?? 'a space'}; type the key again`;
  if (start !== '') return `Expected a space after \`${start}:\` in ${name}, got none`;
  if (bare !== '') {
    if (known.includes(bare)) return `Expected \`${bare}\` in ${name}, got \`${key}\`; write it without the section`;
    return unknownKey(bare, name, known);
  }
  const field = FIELDS.get(key);
  const root = Object.keys(gridSchema.shape);
  if (field !== undefined) {
    const section = field.section === undefined ? '`axes`' : `\`${field.section}\``;
    const cure = known.includes('axes') ? `; indent this line as those under ${section}` : '';
    return `Expected \`${key}\` under ${section}, got it in ${name}${cure}`;
  }
  if (root.includes(key)) return `Expected \`${key}\` at the beginning of a line, got it in ${name}; indent it less`;
  const hint = didYouMean(key, known);
  return `Expected ${hint === '' ? keyOf(known) : 'a known key'} in ${name}, got \`${key}\`${hint}`;
}

/** All of a few; of many, where they are listed. */
function keyOf(known: readonly string[]): string {
  return known.length <= MAX_LISTED ? `one of ${listed(known)}` : 'a key that `scalesweep grid keys` lists';
}

const scalar = z.union([z.number(), z.string(), z.boolean()], says('a number, an amount, a text, true or false'));

/** A value for every value of one axis: `{by: width, values: {0.25: 0, 0.5: 0.1}, otherwise: 0.25}`. */
const table = mapping('a table', {
  by: z.string(says('`by` to name an axis')),
  values: z.record(z.string(), scalar, says('`values` to be a mapping from axis values')),
  otherwise: scalar.optional(),
});
export type Table = z.infer<typeof table>;

const KIND_NAMES = { number: 'a number', boolean: 'true or false', text: 'a text' } as const;

/** What may stand for a value in the file; which texts are choices, amounts or expressions is decided later. */
function literal({ kind, choices }: Field, expected: { error: (issue: { input?: unknown }) => string }): z.ZodType {
  if (kind === 'boolean') return z.boolean(expected);
  // The choices are for editors, which offer them; any text passes here.
  return z.union([kind === 'number' ? z.number() : z.enum(choices), z.string()], expected);
}

/** A fixed value, an expression over the cell, or a table. */
function ruled(field: Field): z.ZodType {
  const expected = says(`\`${field.name}\` to be ${KIND_NAMES[field.kind]}, an expression or a table`);
  return z
    .union([literal(field, expected), z.string(), table], expected)
    .optional()
    .describe(`${describe(field)}; or an expression, or a table`);
}

const section = (name: Section): Record<string, z.ZodType> =>
  Object.fromEntries(fieldsOf(name).map((field) => [field.name, ruled(field)]));

/** One value or several. */
function axis(field: Field): z.ZodType {
  const { name } = field;
  const value = literal(field, says(`${KIND_NAMES[field.kind]} on axis \`${name}\``));
  const several = z.array(value).min(1, says(`at least one value on axis \`${name}\``));
  return z
    .union([value, several], says(`\`${name}\` to be a value or a list of values`))
    .optional()
    .describe(`${describe(field)}; one or a list`);
}

/** A part of the grid: everything in it multiplies. */
function spaceOf(fields: Fields): z.ZodType {
  const axes = Object.fromEntries([...fields.values()].map((field) => [field.name, axis(field)]));
  const space: z.ZodType = mapping(
    '`axes`',
    {
      ...axes,
      get product() {
        return z
          .array(space, says('`product` to be a list of axes'))
          .min(1, says('`product` to be a list of axes'))
          .optional();
      },
      zip: mapping('`zip`', axes).optional(),
      get list() {
        return z
          .array(space, says('`list` to be a list of cells'))
          .min(1, says('`list` to be a list of cells'))
          .optional();
      },
    },
    scalingAxes,
  );
  return space;
}

const rate = z.union(
  [
    z.number(),
    z.string(),
    table,
    mapping('`learningRate`', { per256: z.union([z.number(), z.string()], says('`per256` to be a number')) }),
  ],
  says('`learningRate` to be a number, an expression, a table or `{per256: ...}`'),
);

const stages = z
  .array(
    z.int(says('a number of blocks')).min(1, says('at least one block in a stage')),
    says('a list of blocks per stage'),
  )
  .min(1, says('at least one stage'));
const blocks = z.union(
  [
    stages,
    mapping('a table', {
      by: z.literal('depth', says('a table of blocks `by: depth`')),
      values: z.record(z.string(), stages, says('`values` to be a mapping from depths')),
    }),
  ],
  says('`blocks` to be a list of blocks per stage, or a table by depth'),
);

const wholeImages = z.union([z.int(), z.string()], says('a number of images'));

const outside = says('`minivalFraction` to be a number from 0 to 1');
const fraction = z.number(outside).min(0, outside).max(1, outside);

const howSeeds = says('`seeds` to be a list of seeds, or how many (1 to 10000)');
const count = z.int(howSeeds).min(1, howSeeds).max(10_000, howSeeds);
const seed = z
  .int(says('a seed to be an integer from 0 to 4294967295'))
  .min(0, says('a seed >= 0'))
  .max(0xffff_ffff, says('a seed <= 4294967295'));

const limit = z.union([z.number(), z.string()], says('a budget to be an amount such as `2G`')).optional();
const budget = mapping('a budget', Object.fromEntries(costAxes.map((name) => [name, limit])));

const builtIn = engineNames.filter((name) => name !== 'command');
const argument = z.union([z.string(), z.number()], saysText('an argument to be a text or a number'));
const engine = z.union(
  [
    z.enum(builtIn),
    mapping('`engine`', {
      command: text('command').describe('A trainer, by the name that workers allow it under.'),
      arguments: z
        .array(argument, says('`arguments` to be a list'))
        .optional()
        .describe('What it is called with; {trial}, {data}, {split}, {weights}, {device} and {threads} are filled in.'),
      version: z
        .union([z.string(), z.number()], saysText('`version` to be a text or a number'))
        .optional()
        .describe('Yours, raised when its results change: its trials are then trained again.'),
      ownCost: z
        .boolean(says('`ownCost` to be true or false'))
        .optional()
        .describe('Whether it prints the cost of its networks, for the plan to go by.'),
    }),
  ],
  says(`\`engine\` to be ${listed([...builtIn, '`{command: NAME}`'])}`),
);

export const gridSchema = mapping('the grid', {
  question: text('question').describe('What the sweep is to answer.'),
  command: text('command').optional().describe('How it is run.'),
  cost: text('cost').optional().describe('What it is expected to cost, in words.'),
  model: mapping('`model`', { ...section('model'), blocks: blocks.optional() }, ['family']),
  data: mapping(
    '`data`',
    {
      name: text('name'),
      ...section('data'),
      minivalFraction: fraction.optional(),
      identity: text('identity').optional(),
      images: wholeImages.optional(),
      classes: wholeImages.optional(),
      channels: wholeImages.optional(),
    },
    ['name'],
  ),
  recipe: mapping('`recipe`', { ...section('recipe'), learningRate: rate.optional() }, ['batchSize', 'learningRate']),
  axes: spaceOf(FIELDS),
  constraints: z
    .array(
      z.string(says('a constraint to be an expression')),
      says('`constraints` to be a list of expressions, each after `- `'),
    )
    .optional(),
  seeds: z.union([count, z.array(seed).min(1, howSeeds)], howSeeds).optional(),
  budgets: z.array(budget, says('`budgets` to be a list')).optional(),
  engine: engine.optional(),
  params: z
    .record(z.string(), scalar, says("`params` to be a mapping of a trainer's own settings"))
    .optional()
    .describe('Settings of your trainer, where it prints the cost of its networks.'),
});

/** The form of a file with these settings: a trainer's own may be axes. */
export const gridSchemaWith = (fields: Fields): typeof gridSchema =>
  fields === FIELDS ? gridSchema : mapping('the grid', { ...gridSchema.shape, axes: spaceOf(fields) });
