import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTrial, packageRoot } from '../../../../contract/index.ts';
import { trialSpec } from '../../../../models/index.ts';
import { allowedInEnvironment, parseAllowed, requireAllowed } from '../../../../worker/engines/command/programs.ts';
import { parseToWorker, PROTOCOL_VERSION } from '../../../../worker/protocol/protocol.ts';
import { trialFor } from './script.ts';

const DEFAULTS = { silenceSeconds: 600, graceSeconds: 30 };

describe('an allowed program', () => {
  it.each([
    ['resnet=train.py', { resnet: { run: ['train.py'], ...DEFAULTS } }],
    ['r.1=/opt/a b/train', { 'r.1': { run: ['/opt/a b/train'], ...DEFAULTS } }],
    ['r=["python3", "-u", "train.py"]', { r: { run: ['python3', '-u', 'train.py'], ...DEFAULTS } }],
    ['r={"run": "train.py", "silenceSeconds": 5}', { r: { run: ['train.py'], ...DEFAULTS, silenceSeconds: 5 } }],
  ])('is read from %s', (text, expected) => {
    expect(parseAllowed(text)).toEqual(expected);
  });

  it.each([
    'train.py',
    '=train.py',
    'r=',
    '../r=train.py',
    'R=x',
    'r=[]',
    'r={"run": 1}',
    'r={"runs": ["x"]}',
    'r=["x"',
  ])('%s is refused, with the form', (text) => {
    expect(() => parseAllowed(text)).toThrow(/Expected NAME=PROGRAM/);
  });

  it.each(['python3', '/usr/bin/python3.11', 'bash', 'node', '/usr/bin/env', '["python3", "-u"]', '{"run": ["sh"]}'])(
    '%s alone is refused: it would run whatever a trial’s arguments say',
    (program) => {
      expect(() => parseAllowed(`r=${program}`)).toThrow(/would run a trial's arguments as code/);
    },
  );

  it('comes from the environment too', () => {
    const env = { SCALESWEEP_COMMANDS: '{"a": "x", "b": ["python3", "y.py"]}' };
    expect(allowedInEnvironment(env)).toEqual({
      a: { run: ['x'], ...DEFAULTS },
      b: { run: ['python3', 'y.py'], ...DEFAULTS },
    });
    expect(allowedInEnvironment({})).toEqual({});
    for (const text of ['{', '[]', '{"../a": "x"}', '{"a": "bash"}'])
      expect(() => allowedInEnvironment({ SCALESWEEP_COMMANDS: text })).toThrow(
        /SCALESWEEP_COMMANDS|would run a trial's arguments/,
      );
  });

  it('is asked for by its name, and nothing else has one', () => {
    expect(() => requireAllowed(parseAllowed('a=x'), 'b')).toThrow(/as trainer b, got only a/);
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(() => requireAllowed({}, name)).toThrow(/none allowed at all/);
  });
});

describe('a trial that travels', () => {
  const trial = trialFor(['--threads', '1']);
  const { engine } = trial.spec;
  const arrives = (each: unknown): boolean => {
    const attempts = [{ trial: each, attempt: 1 }];
    const message = { v: PROTOCOL_VERSION, type: 'run', attempts, device: 'cpu', threads: 1, checkpointDir: '/tmp' };
    try {
      parseToWorker(message);
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  };

  it('names its trainer and the arguments', () => {
    expect(arrives(trial)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a path for a name', { ...engine, trainer: { name: '/bin/sh', arguments: [] } }],
    ['a path upwards for a name', { ...engine, trainer: { name: '../sh', arguments: [] } }],
    ['a program beside the name', { ...engine, trainer: { name: 'a', arguments: [], run: ['/bin/sh'] } }],
    ['an argument with a NUL', { ...engine, trainer: { name: 'a', arguments: ['a\0b'] } }],
    ['an argument that is no text', { ...engine, trainer: { name: 'a', arguments: [{}] } }],
    ['more arguments than anybody needs', { ...engine, trainer: { name: 'a', arguments: Array(65).fill('x') } }],
    ['no trainer', { name: 'command', numerics: 1 }],
    ['a trainer of another engine', { name: 'onnx', numerics: 2, trainer: { name: 'a', arguments: [] } }],
  ])('is refused with %s', (_what, hostile) => {
    const spec = { ...trial.spec, engine: hostile };
    expect(trialSpec.safeParse(spec).success).toBe(false);
    const disguised = makeTrial(spec as typeof trial.spec);
    expect(arrives(disguised)).toBe(false);
  });

  it('is another trial with other arguments or another version', () => {
    const { name } = engine.trainer!;
    const ids = [[], ['--threads', '2'], ['--threads 1']].map((args) => trialFor(args).id);
    const versions = [undefined, '1', '2'].map((version) => {
      const trainer = { name, arguments: [], ...(version === undefined ? {} : { version }) };
      return makeTrial({ ...trial.spec, engine: { ...engine, trainer } }).id;
    });
    expect(new Set([...ids, ...versions]).size).toBe(5);
  });
});

describe('the trainer protocol', () => {
  // After a change of the protocol: `npx vitest run test/worker/engines/command/programs.test.ts -u` writes the file again.
  it('is what its schema file says', async () => {
    const { format } = await import('prettier');
    const { trainerProtocolSchema } = await import('../../../../worker/engines/command/protocol.ts');
    const text = await format(JSON.stringify(trainerProtocolSchema()), { parser: 'json', printWidth: 120 });
    await expect(text).toMatchFileSnapshot(path.join(packageRoot(), 'docs', 'trainer-protocol.schema.json'));
  });
});
