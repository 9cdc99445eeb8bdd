/** Where a command reads from and writes to: the process's own streams, or a test's. */
export interface Io {
  /** Writes a line to standard output: the answer, and with `--json` nothing but the document. */
  readonly out: (text: string) => void;
  /** Writes bytes to standard output as they are: a document that ends its own lines. */
  readonly outBytes: (bytes: Uint8Array) => void;
  /** Writes a line to standard error: progress, warnings, errors. */
  readonly err: (text: string) => void;
  /** Standard error as a screen, for the live display; `undefined` where it is none. */
  readonly screen: Screen | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly colour: boolean;
  /** Characters per line of standard output, where that is a terminal. */
  readonly width?: number;
}

export interface Screen {
  readonly write: (text: string) => void;
  /** Characters per line, now. */
  readonly columns: () => number;
  /** Lines that are shown, now. */
  readonly rows: () => number;
}

/**
 * The process's streams.
 *
 * @param onLostOutput standard output cannot be written any more, so nothing that was asked for can be delivered. `EPIPE` means that its
 * reader has gone (`| head`), which is no error. Errors of standard error are ignored: it only shows progress.
 */
export function processIo(onLostOutput: (error: NodeJS.ErrnoException) => void): Io {
  process.stdout.on('error', onLostOutput);
  process.stderr.on('error', () => undefined);
  const { stderr, env } = process;
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    outBytes: (bytes) => void process.stdout.write(bytes),
    err: (text) => void stderr.write(`${text}\n`),
    screen: stderr.isTTY
      ? {
          write: (text) => void stderr.write(text),
          columns: () => stderr.columns || 80,
          rows: () => stderr.rows || 24,
        }
      : undefined,
    env,
    ...(process.stdout.columns > 0 ? { width: process.stdout.columns } : {}),
    colour: stderr.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
  };
}

/** One JSON document on standard output. */
export function printJson(io: Io, document: unknown): void {
  io.out(JSON.stringify(document, null, 2));
}
