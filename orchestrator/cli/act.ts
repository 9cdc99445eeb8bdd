/**
 * Runs the command behind a declaration and takes its exit code. The commands are imported inside, so that `--help` and a
 * mistyped flag load neither the store nor an engine.
 */
export type Act = (command: () => Promise<number>) => Promise<void>;
