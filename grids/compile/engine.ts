import { ENGINE_NUMERICS, trainerSpec, type EngineName, type EngineSpec } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { shown } from '../read/problems.ts';
import type { Fields } from '../schema/fields.ts';

type Scalar = string | number;

/** The engine of a grid; `undefined` when a problem was reported. */
export function compileEngine(
  raw: unknown,
  check: Check,
  { fields, isOwn }: { readonly fields: Fields; readonly isOwn: boolean },
): EngineSpec | undefined {
  if (!check.isSound(['engine'])) return undefined;
  if (typeof raw !== 'object' || raw === null) {
    const name = (raw ?? 'onnx') as EngineName;
    return { name, numerics: ENGINE_NUMERICS[name] };
  }
  const {
    command,
    arguments: given = [],
    version,
  } = raw as { readonly command: string; readonly arguments?: readonly Scalar[]; readonly version?: Scalar };
  given.forEach((argument, index) => {
    const path = ['engine', 'arguments', index];
    check.reportInexact(path, argument);
    if (isOwn && String(argument).includes('{weights}'))
      check.report(path, 'Expected no {weights} of networks that only the trainer knows, got it');
    for (const [, name] of String(argument).matchAll(/\{(params\.[^{}]*)\}/g))
      if (!fields.has(name!))
        check.report(path, `Expected {NAME} to name a setting under \`params\` or on an axis, got {${name}}`);
  });
  check.reportInexact(['engine', 'version'], version);
  if (!check.isSound(['engine'])) return undefined;
  const trainer = trainerSpec.safeParse({
    name: command,
    arguments: given.map(String),
    ...(version === undefined ? {} : { version: String(version) }),
  });
  if (trainer.success) return { name: 'command', numerics: ENGINE_NUMERICS.command, trainer: trainer.data };
  for (const { path } of trainer.error.issues) {
    if (path[0] === 'name')
      check.report(
        ['engine', 'command'],
        `Expected a name of small letters, digits, dots, dashes, which each worker maps to a program (--allow-command NAME=PROGRAM), got ${shown(command)}`,
      );
    else if (path[0] === 'version')
      check.report(['engine', 'version'], `Expected a version of 1 to 100 characters, got ${shown(version)}`);
    else check.report(['engine', 'arguments'], 'Expected at most 64 arguments of at most 1000 characters each');
  }
  return undefined;
}
