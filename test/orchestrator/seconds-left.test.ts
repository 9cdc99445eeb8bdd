import { describe, expect, it } from 'vitest';
import { ScalesweepError } from '../../contract/index.ts';
import { secondsLeft } from '../../orchestrator/launch/train/execute.ts';
import type { SqliteStore } from '../../results/index.ts';

const storeThat = (statusOf: () => never): Pick<SqliteStore, 'statusOf'> => ({ statusOf });

describe('the time that is left', () => {
  it('is unknown while the store cannot be read', () => {
    const unreadable = storeThat(() => {
      throw new ScalesweepError('SYSTEM', 'the disk answers with an error');
    });
    expect(secondsLeft(unreadable, 'sweep', 2)).toBeNull();
  });

  it('hides no bug', () => {
    const broken = storeThat(() => {
      throw new TypeError('no such field');
    });
    expect(() => secondsLeft(broken, 'sweep', 2)).toThrow(TypeError);
  });
});
