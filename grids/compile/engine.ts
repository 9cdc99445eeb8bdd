import { ENGINE_NUMERICS, trainerSpec, type EngineName, type EngineSpec } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { shown } from '../read/problems.ts';

type Scalar = string | number;

/** The engine of a grid; `undefined` when a problem was reported. */
export function compileEngine(raw: unknown, check: Check): EngineSpec | undefined {
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
  given.forEach((argument, index) => check.reportInexact(['engine', 'arguments', index], argument));
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
