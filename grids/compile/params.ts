/** The trainer's own settings: those under `params` are the same in every cell that has none on an axis. */
import { OWN_NAME } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { shown, type Path } from '../read/problems.ts';
import { OWN_PREFIX } from '../schema/own-fields.ts';
import type { AxisValue } from '../cell.ts';
import { refuseBoth, type Settings } from './settings.ts';

/** Their names, `params.` before each; `undefined` for networks of this program's families. */
export function compileParams(
  raw: unknown,
  isOwn: boolean,
  settings: Settings,
  check: Check,
): readonly string[] | undefined {
  const fixed = check.isSoundHere(['params']) ? ((raw ?? {}) as Readonly<Record<string, AxisValue>>) : {};
  const names = [...settings.fields.keys()].filter((name) => name.startsWith(OWN_PREFIX));
  const pathOf = (name: string): Path => {
    const key = name.slice(OWN_PREFIX.length);
    return Object.hasOwn(fixed, key) ? ['params', key] : ['axes', name];
  };
  for (const name of names) {
    const path = pathOf(name);
    const key = name.slice(OWN_PREFIX.length);
    if (!isOwn)
      check.report(
        path,
        `Expected \`engine: {command: NAME, ownCost: true}\` beside settings of a trainer's own, got \`${name}\` without`,
        true,
      );
    else if (!OWN_NAME.test(key))
      check.report(
        path,
        `Expected a name of letters, digits and _, a letter first, after \`params.\`, got ${shown(key)}`,
        true,
      );
    else if (Object.hasOwn(fixed, key) && check.isSound(path)) {
      const field = settings.fields.get(name)!;
      refuseBoth(field, path, settings, check);
      settings.fixed[name] = fixed[key]!;
      settings.kinds.set(name, field.kind);
    }
  }
  return isOwn ? names : undefined;
}
