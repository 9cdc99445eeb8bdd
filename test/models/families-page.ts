/** docs/families.md, from the registry. */
import type { z } from 'zod';
import { families, type RegisteredFamily } from '../../models/index.ts';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(...head) + row(...head.map(() => '---')) + rows.map((cells) => row(...cells)).join('');

export function familiesPage(): string {
  return [
    '# Which families of networks are there, and what do depth and width mean?',
    'Written from the registry by `npx vitest run test/models/families.test.ts -u`. [How to add one](extending/add-a-family.md).',
    table(
      ['family', 'what', 'source'],
      families().map(({ name, about, source }) => [`\`${name}\``, about, source]),
    ),
    ...families().map(section),
  ].join('\n\n');
}

function section(family: RegisteredFamily): string {
  const { name, depth, width, resolution, settings, defaults } = family;
  return [
    `## ${name}`,
    `- **Depth**: ${depth}.\n- **Width** multiplies ${width}.\n- **Smallest resolution**: ${resolution}.`,
    table(
      ['setting', 'values', 'default', 'meaning'],
      Object.entries(settings).map(([key, schema]) => [
        `\`${key}\``,
        valuesOf(schema),
        key in defaults ? `\`${String(defaults[key])}\`` : '',
        schema.description ?? '',
      ]),
    ),
  ].join('\n\n');
}

function valuesOf(schema: z.ZodType): string {
  const { enum: choices, type, minimum, maximum } = schema.toJSONSchema();
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(', ');
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'array') return 'a list of integers';
  const bounds = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? [] : [`to ${maximum}`]),
  ];
  return [type, ...bounds].join(' ');
}
