/** docs/grid.md, from the schema. */
import { gridKeys, type GridKey } from '../../grids/index.ts';

const SECTIONS: Readonly<Record<string, string>> = {
  '': 'A grid has these keys.',
  model: 'Settings of the networks; [families.md](families.md) says what each family is.',
  data: 'Which images, and how many. A dataset that the program knows has the facts by which it says `known`; of your own you give them ([datasets.md](datasets.md)).',
  recipe: 'The training method. A technique is off until a grid turns it on.',
  axes: 'Every cell has these four. Any setting of `model`, `data` and `recipe` can be an axis as well, a value or a list of values; `product`, `zip` and `list` combine axes otherwise ([how](../grids/README.md#axes)).',
  budgets: 'Each entry of the list is one cap.',
  engine: 'A trainer of your own ([trainers.md](trainers.md)).',
};

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

export function gridPage(): string {
  const keys = gridKeys();
  return [
    '# Which settings can a grid have?',
    'Written from the schema by `npx vitest run test/grids/grid-page.test.ts -u`; `scalesweep grid keys` prints the same. [How to write a grid](../grids/README.md).',
    'Settings of `model`, `data` and `recipe` can be a value, an [expression or a table](../grids/README.md#rules), or an axis. Amounts may have a suffix: `10k`, `2G`.',
    ...Object.entries(SECTIONS).flatMap(([section, text]) => [
      section === '' ? text : `## ${section}\n\n${text}`,
      table(keys.filter(({ key }) => (key.includes('.') ? key.split('.')[0] : '') === section)),
    ]),
  ].join('\n\n');
}

function table(keys: readonly GridKey[]): string {
  return [
    row(['key', 'values', 'unit', 'default', 'meaning']),
    row(['---', '---', '---', '---', '---']),
    ...keys.map(({ key, values, unit, about, ...others }) =>
      row([`\`${key.split('.').at(-1)}\``, values, unit, defaultText(others), meaning(about, others)]),
    ),
  ].join('');
}

function defaultText({
  required,
  default: usual,
  byFamily,
}: Pick<GridKey, 'required' | 'default' | 'byFamily'>): string {
  if (required) return 'required';
  if (usual !== null) return String(usual);
  return Object.entries(byFamily ?? {})
    .map(([family, value]) => `${value} (${family})`)
    .join(', ');
}

/** Of a scaling axis, what each family takes. */
function meaning(about: string, { required, byFamily }: Pick<GridKey, 'required' | 'byFamily'>): string {
  if (!required || byFamily === null) return about;
  return [about, ...Object.entries(byFamily).map(([family, words]) => `${family}: ${words}`)].join('. ');
}
