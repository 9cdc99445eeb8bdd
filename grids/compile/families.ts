/** The families that a grid's networks are of, and which settings of the file are theirs. */
import { families, type RegisteredFamily } from '../../models/index.ts';
import type { Check } from '../read/check.ts';
import { listed } from '../read/problems.ts';
import { FIELDS, type Field } from '../schema/fields.ts';
import type { CompiledAxes } from './axes.ts';

/** The families that the file names; all there are, where it names none that exists. */
export function compileFamilies(
  model: Readonly<Record<string, unknown>>,
  axes: CompiledAxes | undefined,
  check: Check,
): readonly RegisteredFamily[] {
  const named = [model['family'], ...(axes?.values.get('family') ?? [])];
  const found = families().filter(({ name }) => named.includes(name));
  if (found.length === 0) return families();
  const names = listed(found.map(({ name }) => name));
  const known = FIELDS_OF_SECTION.filter((field) => isOfFamilies(field, found)).map(({ name }) => `\`${name}\``);
  const foreign = (name: string): boolean => {
    const field = FIELDS.get(name);
    return field?.section === 'model' && !isOfFamilies(field, found);
  };
  for (const name of Object.keys(model).filter(foreign))
    check.report(['model', name], `Expected a setting of ${names} (${listed(known)}), got \`${name}\``, true);
  for (const name of [...(axes?.values.keys() ?? [])].filter(foreign))
    check.report(
      ['axes', name],
      `Expected an axis among the settings of ${names} (${listed(known)}), got \`${name}\``,
      true,
    );
  if (model['blocks'] !== undefined && !found.some(({ hasBlocks }) => hasBlocks))
    check.report(['model', 'blocks'], `Expected no \`blocks\`, which ${names} does not take, got some`, true);
  return found;
}

const FIELDS_OF_SECTION = [...FIELDS.values()].filter(({ section }) => section === 'model');

/** Whether a setting can be one of a grid whose networks are of these families. */
export function isOfFamilies({ section, name }: Field, among: readonly RegisteredFamily[]): boolean {
  return section !== 'model' || name === 'family' || among.some(({ settingNames }) => settingNames.includes(name));
}

/** For each family of a grid, the axes that are settings of other families only: no cell of it may lie on them. */
export function foreignAxes(
  axes: readonly string[],
  among: readonly RegisteredFamily[],
): Readonly<Record<string, readonly string[]>> {
  const settings = axes.map((name) => FIELDS.get(name)).filter((field) => field !== undefined);
  return Object.fromEntries(
    among.map((family) => [
      family.name,
      settings.filter((field) => !isOfFamilies(field, [family])).map(({ name }) => name),
    ]),
  );
}
