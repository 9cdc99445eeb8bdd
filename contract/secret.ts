/** What must not be shown. However it gets into a message, a log, a document or a dump, it comes out as stars. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** For the one who needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return STARS;
  }

  toJSON(): string {
    return STARS;
  }

  /** What `util.inspect`, and so the console, prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return STARS;
  }
}

const STARS = '****';

/**
 * The words of a command line without what may be a password in them, for messages that repeat what was typed: everything between `://` (or
 * `=`) and the last `@` of a line, and what follows `password=`.
 */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(:\/\/|=)[^\n]*@/g, `$1${STARS}@`).replaceAll(/([?&]password=)[^\n'"]*/gi, `$1${STARS}`);
}
