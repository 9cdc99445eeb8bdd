import { z } from 'zod';
import { countReasons, summarise, type Problem } from './problems.ts';

/** What the owner of an image folder should know about it. */
export interface Remarks {
  /** What was left out. */
  readonly problems: readonly Problem[];
  /** What was kept, and is worth a look. */
  readonly notes: readonly Problem[];
}

const problemList = z.array(z.object({ path: z.string(), reason: z.string(), copyOf: z.string().optional() }));

/** As they are kept with the packed images. */
export const remarksSchema = z.object({ problems: problemList, notes: problemList });

/** Logs all of it; with `isBrief` only how much of what. */
export function tell(name: string, { problems, notes }: Remarks, isBrief: boolean, log: (line: string) => void): void {
  const say = (what: string, found: readonly Problem[]): void => {
    if (found.length === 0) return;
    const counts = `${name}: ${what} (${countReasons(found)}); scalesweep data fetch ${name} names them`;
    log(isBrief ? counts : `${name}: ${what}:${summarise(found)}`);
  };
  say(notes.length === 1 ? '1 note' : `${notes.length} notes`, notes);
  say(`left out ${problems.length}`, problems);
}
