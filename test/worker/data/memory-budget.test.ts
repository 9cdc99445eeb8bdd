import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Decode } from '../../../worker/data/image-folder/decode.ts';
import { makeMemoryBudget } from '../../../worker/data/image-folder/memory-budget.ts';
import { storeAll } from '../../../worker/data/image-folder/store-image.ts';
import { scanImageFolder } from '../../../worker/data/image-folder/scan.ts';
import { insectsIn } from './insects.ts';
import { decodeMadeUp, threeClasses } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

describe('a memory budget', () => {
  it('gives in the order of asking, never more than it has, and more than all of it to one alone', async () => {
    const budget = makeMemoryBudget(10);
    const got: number[] = [];
    const shares = [6, 4, 5, 30, 1].map((bytes) => {
      const share = budget.share();
      void share.take(bytes).then(() => got.push(bytes));
      return share;
    });
    await turn();
    expect(got).toEqual([6, 4]);
    shares[0]!.giveBack();
    await turn();
    expect(got).toEqual([6, 4, 5]);
    shares[1]!.giveBack();
    shares[1]!.giveBack();
    await turn();
    expect(got).toEqual([6, 4, 5]);
    shares[2]!.giveBack();
    await turn();
    expect(got).toEqual([6, 4, 5, 30]);
    shares[3]!.giveBack();
    await turn();
    expect(got).toEqual([6, 4, 5, 30, 1]);
  });
});

describe('photographs of 12,000 x 12,000 pixels', () => {
  it('are decoded one at a time; eight small ones next to each other', async () => {
    const { folder } = insectsIn(temporary(), threeClasses(4, 2));
    const scan = await scanImageFolder(folder);
    const eight = { ...scan, entries: scan.entries.slice(0, 8) };
    /** Each waits until as many as `together` are being decoded: with fewer at one time it never ends. */
    const mostAtOnce = async (pixels: number, together: number): Promise<number> => {
      let [now, most] = [0, 0];
      let open = (): void => undefined;
      const full = new Promise<void>((resolve) => (open = resolve));
      const decode: Decode = async (bytes, reserve) => {
        await reserve(pixels);
        most = Math.max(most, ++now);
        if (now >= together) open();
        await full;
        await turn();
        now--;
        return decodeMadeUp(bytes, reserve);
      };
      for await (const stored of storeAll(eight, 8, decode)) expect(stored).toHaveProperty('pixels');
      return most;
    };
    expect(await mostAtOnce(12_000 ** 2, 1)).toBe(1);
    expect(await mostAtOnce(640 * 480, 8)).toBe(8);
  });
});
