/** The families that a grid's networks are of, and which settings of the file are theirs. */
import { families, type RegisteredFamily } from '../../models/index.ts';
import type { Check } from '../read/check.ts';
import { listed } from '../read/problems.ts';
import { fieldsOf, type Field, type Fields } from '../schema/fields.ts';
import type { CompiledAxes } from './axes.ts';

/** What a grid goes by of a family; one that only the user's trainer knows has a name and no more. */
export type GridFamily = Pick<RegisteredFamily, 'name' | 'settingNames' | 'hasBlocks' | 'defaults'>;

const ownFamily = (name: string): GridFamily => ({ name, settingNames: [], hasBlocks: false, defaults: {} });

/** The families that the file names; all there are, where it names none that exists. */
export function compileFamilies(
  model: Readonly<Record<string, unknown>>,
  axes: CompiledAxes | undefined,
  check: Check,
  { fields, isOwn }: { readonly fields: Fields; readonly isOwn: boolean },
): readonly GridFamily[] {
  const named = [model['family'], ...(axes?.values.get('family') ?? [])];
  const found: readonly GridFamily[] = isOwn
    ? [...new Set(named.filter((name) => typeof name === 'string'))].map(ownFamily)
    : families().filter(({ name }) => named.includes(name));
  if (found.length === 0) return families();
  const names = listed(found.map(({ name }) => name));
  const known = fieldsOf('model', fields)
    .filter((field) => isOfFamilies(field, found))
    .map(({ name }) => `\`${name}\``);
  const own = isOwn ? '; its own stand under `params`' : '';
  const foreign = (name: string): boolean => {
    const field = fields.get(name);
    return field?.section === 'model' && !isOfFamilies(field, found);
  };
  for (const name of Object.keys(model).filter(foreign))
    check.report(['model', name], `Expected a setting of ${names} (${listed(known)}${own}), got \`${name}\``, true);
  for (const name of [...(axes?.values.keys() ?? [])].filter(foreign))
    check.report(
      ['axes', name],
      `Expected an axis among the settings of ${names} (${listed(known)}${own}), got \`${name}\``,
      true,
    );
  if (model['blocks'] !== undefined && !found.some(({ hasBlocks }) => hasBlocks))
    check.report(['model', 'blocks'], `Expected no \`blocks\`, which ${names} does not take, got some`, true);
  return found;
}

/** Whether a setting can be one of a grid whose networks are of these families. */
export function isOfFamilies({ section, name }: Field, among: readonly GridFamily[]): boolean {
  return section !== 'model' || name === 'family' || among.some(({ settingNames }) => settingNames.includes(name));
}

/** For each family of a grid, the axes that are settings of other families only: no cell of it may lie on them. */
export function foreignAxes(
  axes: readonly string[],
  among: readonly GridFamily[],
  fields: Fields,
): Readonly<Record<string, readonly string[]>> {
  const settings = axes.map((name) => fields.get(name)).filter((field) => field !== undefined);
  return Object.fromEntries(
    among.map((family) => [
      family.name,
      settings.filter((field) => !isOfFamilies(field, [family])).map(({ name }) => name),
    ]),
  );
}
