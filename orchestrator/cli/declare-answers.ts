import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { Act } from './program.ts';

/** Commands that ask the store. */
export function declareAnswers(_program: Command, _io: Io, _act: Act): void {}
