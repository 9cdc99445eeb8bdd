#!/usr/bin/env node
/** The command `scalesweep`. Wires the process's streams to the program; all else is in cli/ and commands/. */
import { EXIT } from '../contract/index.ts';
import { explainError } from './cli/explain-error.ts';
import { processIo } from './cli/io.ts';
import { makeProgram } from './cli/program.ts';

const io = processIo((error) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  io.err(`error: Expected to write to standard output, got ${error.message}`);
  process.exit(EXIT.userMistake);
});
let exitCode: number = EXIT.done;
try {
  const program = makeProgram(io, (code) => {
    exitCode = code;
  });
  await program.parseAsync(process.argv.slice(2), { from: 'user' });
} catch (error) {
  exitCode = explainError(error, io);
}
process.exitCode = exitCode;

// Everything that was opened is closed by now, so the process ends by itself. If something holds it open, that is a defect to
// be named, and no reason to hang. A reader that takes its time (`| less`) is none: what was printed is still on its way.
const LEAVE_MS = 5000;
function leave(): void {
  if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) {
    setTimeout(leave, LEAVE_MS).unref();
    return;
  }
  const open = process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'Timeout' && name !== 'TTYWrap' && name !== 'PipeWrap');
  io.err(`scalesweep: done, but still open: ${open.join(', ') || 'nothing that Node names'}; leaving`);
  process.exit(exitCode);
}
setTimeout(leave, LEAVE_MS).unref();
