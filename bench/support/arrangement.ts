import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const result = z.object({
  images: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  note: z.string(),
});

export interface Measured {
  /** Over all processes together. */
  readonly imagesPerSecond: number;
  /** Less shaken by other load on the machine than the wall clock. */
  readonly imagesPerCpuSecond: number;
  /** Of the largest process. */
  readonly peakBytes: number;
  readonly note: string;
}

/**
 * Starts the processes, lets all of them get ready, then has them train for the same seconds.
 *
 * @param command the program and arguments of one process; it speaks the protocol of train-process.ts
 * @throws {Error} when a process ends before its result
 */
export async function measure(
  command: readonly [string, ...string[]],
  processes: number,
  seconds: number,
): Promise<Measured> {
  const [program, ...args] = command;
  const children = Array.from({ length: processes }, () =>
    spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    const lines = children.map((child) => linesOf(child));
    for (const line of lines) await line();
    for (const child of children) child.stdin.end(`${seconds}\n`);
    const results = [];
    for (const line of lines) results.push(result.parse(JSON.parse(await line())));
    return {
      imagesPerSecond: results.reduce((sum, { images, seconds: took }) => sum + images / took, 0),
      imagesPerCpuSecond: results.reduce((sum, { images, cpuSeconds }) => sum + images / cpuSeconds, 0) / processes,
      peakBytes: Math.max(...results.map(({ peakBytes }) => peakBytes)),
      note: results[0]!.note,
    };
  } finally {
    for (const child of children) child.kill();
  }
}

function linesOf(child: ChildProcess): () => Promise<string> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('Expected a line from a benchmark process, it ended');
    return value;
  };
}
