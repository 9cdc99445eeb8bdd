import path from 'node:path';
import { isScalesweepError, messageOf, ScalesweepError } from '../../contract/index.ts';
import { secondCacheDir } from '../storage/paths.ts';

/** A dataset cache, and the folder of this user's own that stands in for it where it may not be written to. */
export interface CachePlaces {
  readonly cacheDir: string;
  /** @defaultValue below `~/.cache/scalesweep` */
  readonly secondDir?: string;
}

/** The folders in the order in which they are read and written. */
export function placesOf({ cacheDir, secondDir = secondCacheDir(cacheDir) }: CachePlaces): readonly [string, string] {
  return [cacheDir, secondDir];
}

/**
 * Writes into the cache, or into the second folder where the cache belongs to somebody else or is mounted read-only.
 *
 * @throws {ScalesweepError} `STORE_UNWRITABLE` where neither may be written to; what else `write` throws.
 */
export async function inWritableCache<T>(
  name: string,
  places: CachePlaces,
  log: (line: string) => void,
  write: (place: string) => Promise<T>,
): Promise<T> {
  const [cacheDir, secondDir] = placesOf(places);
  try {
    return await write(cacheDir);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const owner = `its owner can run: SCALESWEEP_DATA=${path.resolve(cacheDir)} scalesweep data fetch ${name}`;
    try {
      const written = await write(secondDir);
      log(
        `${name}: ${cacheDir} may not be written to, so what was made of it is kept in ${secondDir} (for all users, ${owner})`,
      );
      return written;
    } catch (second) {
      if (!isUnwritable(second)) throw second;
      throw new ScalesweepError('STORE_UNWRITABLE', `${messageOf(error)}; nor ${secondDir}: ${messageOf(second)}`, {
        hint: `Once is enough for all users, and ${owner}. Or set HOME to a folder that you may write to.`,
        cause: error,
      });
    }
  }
}

function isUnwritable(error: unknown): boolean {
  return isScalesweepError(error) && error.code === 'STORE_UNWRITABLE';
}
