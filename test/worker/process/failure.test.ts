import { describe, expect, it } from 'vitest';
import { ScalesweepError, type ErrorCode, type FailureKind } from '../../../contract/index.ts';
import { failureOf } from '../../../worker/process/failure.ts';

describe('what an error means for the trial', () => {
  it.each<[ErrorCode, FailureKind]>([
    ['TRIAL_DIVERGED', 'diverged'],
    ['OUT_OF_MEMORY', 'out-of-memory'],
    ['MODEL_UNBUILDABLE', 'config'],
    ['CHECKPOINT_MISMATCH', 'config'],
    ['DATASET_UNAVAILABLE', 'data'],
    ['DATASET_CORRUPT', 'data'],
    ['DEVICE_UNAVAILABLE', 'device'],
    ['DISK_FULL', 'device'],
    ['STORE_UNWRITABLE', 'device'],
    ['INTERRUPTED', 'interrupted'],
    ['GRID_INVALID', 'crash'],
  ])('%s is %s', (code, kind) => {
    expect(failureOf(new ScalesweepError(code, 'what happened'))).toEqual({ kind, message: 'what happened' });
  });

  it.each<[unknown, FailureKind]>([
    [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
    [new Error('Non-zero status code: std::bad_alloc'), 'out-of-memory'],
    [new Error('bad allocation'), 'out-of-memory'],
    [new Error('CUDA failure 2: out of memory'), 'out-of-memory'],
    [new RangeError('Invalid typed array length: 99999999999'), 'out-of-memory'],
    // A negative or undefined length is a slip in the program.
    [new RangeError('Invalid typed array length: -1'), 'crash'],
    [Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }), 'device'],
    [new TypeError('x is not a function'), 'crash'],
    ['a text', 'crash'],
    [undefined, 'crash'],
  ])('%s is %s', (error, kind) => {
    expect(failureOf(error).kind).toBe(kind);
  });

  it('keeps the hint, and of a crash where it was thrown', () => {
    expect(failureOf(new ScalesweepError('DEVICE_UNAVAILABLE', 'no GPU', { hint: 'install one' })).message).toBe(
      'no GPU (install one)',
    );
    expect(failureOf(new Error('boom')).message).toMatch(/^Error: boom\nat .*failure\.test/);
  });
});
