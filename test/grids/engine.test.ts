import { describe, expect, it } from 'vitest';
import { complaints, planned, VALID } from './support.ts';

const engineOf = (text: string): unknown => {
  const [first] = planned(VALID + text);
  return first?.kind === 'trial' ? first.trial.spec.engine : undefined;
};

describe('a grid that names a trainer', () => {
  it('makes trials that name it, with its arguments and version as texts', () => {
    const trainer = { name: 'resnet', arguments: ['--lr', '0.1', '{data}'], version: '2' };
    const text = 'engine:\n  command: resnet\n  arguments: [--lr, 0.1, "{data}"]\n  version: 2\n';
    expect(engineOf(text)).toEqual({ name: 'command', numerics: 1, trainer });
    expect(engineOf('engine: { command: resnet }\n')).toEqual({
      name: 'command',
      numerics: 1,
      trainer: { name: 'resnet', arguments: [] },
    });
  });

  it.each([
    ['a path', 'engine: { command: ./train.py }\n', /^15:20: Expected a name of small letters.*got ".\/train.py"/],
    ['no name', 'engine: command\n', /^15:9: Expected `engine` to be .*`\{command: NAME\}`, got "command"/],
    ['an unknown key', 'engine: { command: a, args: [] }\n', /^15:23: .*`args`.*/],
    [
      'arguments that are none',
      'engine: { command: a, arguments: [[]] }\n',
      /^15:35: Expected an argument to be a text/,
    ],
    [
      'too many arguments',
      `engine: { command: a, arguments: [${'x, '.repeat(65)}] }\n`,
      /Expected at most 64 arguments/,
    ],
  ])('with %s is told where', (_what, text, message) => {
    expect(complaints(VALID + text)).toEqual([expect.stringMatching(message)]);
  });
});
