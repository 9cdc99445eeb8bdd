import { existsSync, readFileSync } from 'node:fs';

/** The steps that trials executed, in order, as the noop engine wrote them down: evidence that no store can gloss over. */
export interface Trace {
  /** Lines written so far. */
  readonly length: number;
  /** `[trial, step]`, in the order of execution. */
  readonly steps: readonly (readonly [string, number])[];
}

export function readTrace(file: string): Trace {
  if (!existsSync(file)) return { length: 0, steps: [] };
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return {
    length: lines.length,
    steps: lines.map((line) => {
      const [trial, step] = line.split(' ');
      return [trial!, Number(step)] as const;
    }),
  };
}

/** Lines of a trace, without reading what is in them: for those who ask often. */
export function traceLength(file: string): number {
  if (!existsSync(file)) return 0;
  let lines = 0;
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** Steps that were executed again, one entry per time that a trial fell back. */
export function lostSteps({ steps }: Trace): number[] {
  const reached = new Map<string, number>();
  const lost: number[] = [];
  for (const [trial, step] of steps) {
    const next = reached.get(trial) ?? 0;
    if (step < next) lost.push(next - step);
    reached.set(trial, step + 1);
  }
  return lost;
}
