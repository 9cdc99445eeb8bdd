/** A terminal as far as the live block needs one: it wraps, scrolls, and knows how wide letters are. */
import { displayWidth } from '../../../orchestrator/cli/display-width.ts';
import type { Screen } from '../../../orchestrator/cli/io.ts';

export class Terminal implements Screen {
  /** From the oldest that was scrolled out to the lowest; the last is where the cursor is. */
  #lines: string[] = [''];
  #columns: number;
  #rows: number;
  /** From the end of the lines. */
  #up = 0;
  /** Columns that the cursor was moved to the right. */
  #right = 0;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  readonly columns = (): number => this.#columns;
  readonly rows = (): number => this.#rows;

  readonly write = (text: string): void => {
    // oxlint-disable-next-line no-control-regex
    for (const [part] of text.matchAll(/\u001B\[\d*[ACJK]|\r|\n|[^\u001B\r\n]+/g)) this.#take(part);
  };

  /** As tmux and most terminals do it: lines that have become too long are wrapped again. */
  resize(columns: number, rows: number): void {
    const lines = this.#lines.splice(0);
    [this.#columns, this.#rows, this.#up] = [columns, rows, 0];
    this.#lines = [''];
    this.write(lines.join('\n'));
  }

  get shown(): string[] {
    return this.#lines.slice(-this.#rows);
  }

  get scrolledOut(): string[] {
    return this.#lines.slice(0, -this.#rows);
  }

  #take(part: string): void {
    const at = this.#lines.length - 1 - this.#up;
    if (part.startsWith('\u001B[') && part.endsWith('A')) {
      const up = Number(part.slice(2, -1));
      this.#up = Math.min(this.#up + up, Math.min(this.#rows, this.#lines.length) - 1);
    } else if (part === '\u001B[C') this.#right++;
    else if (part === '\u001B[K') this.#lines[at] = '';
    else if (part === '\u001B[J') {
      const top = Math.max(0, this.#lines.length - this.#rows);
      // tmux keeps what a program clears as a whole: it is scrolled out.
      const kept = at === top && this.#right === 0 ? this.#lines.slice(at).filter((line) => line !== '') : [];
      this.#lines.splice(at);
      this.#lines.push(...kept);
      if (kept.length > 0) this.#lines.push(...Array.from({ length: this.#rows - 1 }, () => ''));
      this.#lines.push('');
      this.#up = kept.length > 0 ? this.#rows - 1 : 0;
    } else if (part === '\n') {
      this.#right = 0;
      if (this.#up > 0) this.#up--;
      else this.#lines.push('');
    } else if (part === '\r') this.#right = 0;
    else {
      for (const letter of part) {
        if (displayWidth(this.#lines.at(-1)! + letter) > this.#columns) this.#lines.push('');
        this.#lines[this.#lines.length - 1] += letter;
      }
    }
  }
}
