import { describe, expect, it, vi } from 'vitest';
import { SessionPool } from '../../../worker/engines/onnx/session-pool.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const modelOf = (name: string): Uint8Array => Buffer.from(name);

/** A pool of sessions that only tell of their life. */
function setUp() {
  const told: string[] = [];
  const forgot: string[] = [];
  const pool = new SessionPool(async (model, device, threads) => {
    const name = `${Buffer.from(model).toString()} on ${device} x ${threads}`;
    told.push(`open ${name}`);
    return {
      run: async (fails: boolean) => {
        if (fails) throw new Error('out of memory');
      },
      forget: () => void forgot.push(name),
      close: async () => void told.push(`close ${name}`),
    };
  });
  pool.keep();
  return { pool, told, forgot };
}

describe('a pool of sessions', () => {
  it('lends a closed session again to whoever asks for the same graph, device and threads', async () => {
    const { pool, told } = setUp();
    for (let trial = 0; trial < 3; trial++) {
      const [step, evaluation] = [
        await pool.open(modelOf('step'), 'cpu', 1),
        await pool.open(modelOf('eval'), 'cpu', 1),
      ];
      await step.close();
      await evaluation.close();
    }
    expect(told).toEqual(['open step on cpu x 1', 'open eval on cpu x 1']);
  });

  it('lets go of what a session was given before it keeps it', async () => {
    const { pool, forgot } = setUp();
    await (await pool.open(modelOf('step'), 'cpu', 1)).close();
    expect(forgot).toEqual(['step on cpu x 1']);
  });

  it.each([
    ['another graph', modelOf('other'), 'cpu', 1],
    ['another device', modelOf('step'), 'webgpu:0', 1],
    ['another number of threads', modelOf('step'), 'cpu', 2],
  ] as const)('closes what it kept before it opens one for %s', async (_, model, device, threads) => {
    const { pool, told } = setUp();
    await (await pool.open(modelOf('step'), 'cpu', 1)).close();
    await pool.open(model, device, threads);
    expect(told.slice(1)).toEqual(['close step on cpu x 1', expect.stringMatching(/^open /)]);
  });

  it('lends no session to two at once', async () => {
    const { pool, told } = setUp();
    const [first, second] = [await pool.open(modelOf('step'), 'cpu', 1), await pool.open(modelOf('step'), 'cpu', 1)];
    await first.close();
    await first.close();
    await second.close();
    expect(told).toEqual(['open step on cpu x 1', 'open step on cpu x 1']);
    await pool.close();
    expect(told.slice(2)).toEqual(['close step on cpu x 1', 'close step on cpu x 1']);
  });

  it('keeps none that failed or was in use when another failed: a device may be lost', async () => {
    const { pool, told } = setUp();
    const [step, evaluation] = [await pool.open(modelOf('step'), 'cpu', 1), await pool.open(modelOf('eval'), 'cpu', 1)];
    await expect(step.run(true)).rejects.toThrow('out of memory');
    await step.close();
    await evaluation.close();
    expect(told.slice(2)).toEqual(['close step on cpu x 1', 'close eval on cpu x 1']);
    await (await pool.open(modelOf('step'), 'cpu', 1)).close();
    await pool.open(modelOf('step'), 'cpu', 1);
    expect(told.slice(4)).toEqual(['open step on cpu x 1']);
  });

  it('keeps none that is closed after the pool', async () => {
    const { pool, told } = setUp();
    const late = await pool.open(modelOf('step'), 'cpu', 1);
    await late.run(false);
    await pool.close();
    await late.close();
    expect(told).toEqual(['open step on cpu x 1', 'close step on cpu x 1']);
  });
});
