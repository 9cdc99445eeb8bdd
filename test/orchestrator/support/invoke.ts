import { explainError } from '../../../orchestrator/cli/explain-error.ts';
import type { Io } from '../../../orchestrator/cli/io.ts';
import { makeProgram } from '../../../orchestrator/cli/program.ts';

export interface Invocation {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process: what `cli.ts` does, with its streams caught. */
export async function invoke(...args: readonly string[]): Promise<Invocation> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => out.push(text),
    outBytes: (bytes) => out.push(Buffer.from(bytes).toString('utf8')),
    err: (text) => err.push(text),
    screen: undefined,
    env: {},
    colour: false,
  };
  let code = 0;
  try {
    await makeProgram(io, (given) => (code = given)).parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = explainError(error, io);
  }
  return { code, out: out.join('\n'), err: err.join('\n') };
}
