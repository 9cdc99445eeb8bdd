/** Collects the problems of a file, so that one reading reports all of them. */
import { cureAt, type PathProblem } from './issues.ts';
import { GridError, type Path } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

export class Check {
  readonly problems: PathProblem[];
  readonly #source: YamlSource;

  constructor(source: YamlSource, problems: readonly PathProblem[]) {
    this.#source = source;
    this.problems = [...problems];
  }

  /** The error that lists every problem; made when the file has been checked. */
  error(file: string): GridError {
    return new GridError(
      file,
      this.problems.filter((problem) => problem.echo !== true),
    );
  }

  count(): number {
    return this.problems.length;
  }

  /** Adds a problem at a value, or at the key that leads to it. */
  report(path: Path, message: string, atKey = false): void {
    const place = atKey ? this.#source.placeOfKey(path) : this.#source.placeOf(path);
    const cure = atKey ? '' : cureAt(this.#source, path);
    this.problems.push({ path, message: `${message}${cure}`, ...place });
  }

  /** Refuses a number that stands for a text and would not be the text that is written: `1.10` would be `1.1`. */
  reportInexact(path: Path, value: unknown): void {
    const written = this.#source.writtenAt(path);
    if (typeof value !== 'number' || written === undefined || written === String(value)) return;
    this.report(
      path,
      `Expected a text, got the number \`${written}\`, which reads ${value}; put it in quotes: "${written}"`,
    );
  }

  /** Adds a problem at an offset inside a text value. */
  reportWithin(path: Path, offset: number, message: string): void {
    this.problems.push({ path, message, ...this.#source.placeWithin(path, offset) });
  }

  /** Whether a key that was reported (misspelt, or in the wrong place) stands for this one. */
  isMeant(name: string): boolean {
    return this.problems.some(({ meant }) => meant === name);
  }

  /** Whether nothing is wrong with the value at a path, with what is inside it, or with what it is inside of. */
  isSound(path: Path): boolean {
    return !this.problems.some((problem) => isWithin(problem.path, path) || isWithin(path, problem.path));
  }

  /** Whether the value at a path is of the right form itself, even if something inside it is not. */
  isSoundHere(path: Path): boolean {
    return !this.problems.some((problem) => isWithin(path, problem.path));
  }
}

/** Whether `inner` is `outer` or lies below it. */
function isWithin(inner: Path, outer: Path): boolean {
  return outer.length <= inner.length && outer.every((step, index) => step === inner[index]);
}
