import { existsSync } from 'node:fs';
import { messageOf } from '../../../contract/index.ts';
import type { StoredTrial } from '../../../results/index.ts';

export type KnownTrials = (id: string) => StoredTrial | undefined;

const NONE: KnownTrials = () => undefined;

/**
 * Plans with what the store knows of the trials. Where there is no store nothing is known, and one that cannot be read is no
 * reason to refuse a plan.
 *
 * @param log told why the store was not asked.
 */
export async function withKnownTrials<R>(
  file: string,
  use: (known: KnownTrials) => R,
  log: (line: string) => void,
): Promise<R> {
  if (!existsSync(file)) return use(NONE);
  const opened = await open(file, log);
  if (opened === undefined) return use(NONE);
  try {
    return use(opened.known);
  } finally {
    opened.close();
  }
}

async function open(
  file: string,
  log: (line: string) => void,
): Promise<{ known: KnownTrials; close: () => void } | undefined> {
  try {
    // Loaded where there is a store to read: a plan alone needs no SQLite.
    const { openStore, storedTrials } = await import('../../../results/index.ts');
    const store = openStore(file, { mode: 'read' });
    return { known: storedTrials(store), close: () => store.close() };
  } catch (error) {
    log(`The plan does not know what is trained already: ${messageOf(error).split('\n', 1)[0]}`);
    return undefined;
  }
}
