import { describe, expect, it } from 'vitest';
import { random } from '../../contract/index.ts';

describe('random', () => {
  // Results that are stored were drawn from these very streams: another sequence is another training of the same trial.
  it.each([
    [0, ['augment', 3, 44], [1188819980, 368127167, 1238822343]],
    [7, ['shuffle', 0], [1150346086, 1573520805, 1510482497]],
    [2 ** 40 + 5, ['init', 'stem'], [1979655027, 2415949480, 4265808123]],
    [-1, [], [201893414, 269550198, 551837525]],
  ])('gives the stream of seed %d and path %j', (seed, path, expected) => {
    const source = random(seed, ...path);
    expect(expected.map(() => source.next() * 2 ** 32)).toEqual(expected);
  });

  it('tells apart what differs in seed, in a part, in its kind or in where parts end', () => {
    const paths: [number, ...(string | number)[]][] = [
      [0, 'a', 1],
      [1, 'a', 1],
      [2 ** 32, 'a', 1],
      [0, 'b', 1],
      [0, 'a', 2],
      [0, 'a', '1'],
      [0, 'a1'],
      [0, 'a'],
    ];
    expect(new Set(paths.map(([seed, ...path]) => random(seed, ...path).next())).size).toBe(paths.length);
  });
});
