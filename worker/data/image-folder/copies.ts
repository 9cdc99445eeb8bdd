import type { Problem } from './problems.ts';
import type { Entry } from './scan.ts';

/** An image that is elsewhere in the dataset as well, where it does harm. */
export interface Copy {
  /** Its position among the images that were looked at. */
  readonly at: number;
  readonly problem: Problem;
}

/**
 * Images whose files are equal byte by byte (by their SHA-256; the same photograph in another encoding is not found) under several
 * labels, all of which are listed, or in train and test, of which those in train are listed: the test images stay those that others
 * report on. Copies in one class of one split are not listed; the split keeps them together.
 */
export function findCopies(images: readonly { readonly entry: Entry; readonly digest: Buffer }[]): Copy[] {
  const first = new Map<string, number>();
  const groups = new Map<string, number[]>();
  images.forEach(({ digest }, at) => {
    const key = digest.toString('latin1');
    const known = first.get(key);
    if (known === undefined) first.set(key, at);
    else groups.set(key, [...(groups.get(key) ?? [known]), at]);
  });
  return [...groups.values()].flatMap((group) => {
    const entries = group.map((at) => images[at]!.entry);
    const listed = (reason: string, chosen: (entry: Entry) => boolean): Copy[] =>
      group.flatMap((at, i) => {
        const entry = entries[i]!;
        if (!chosen(entry)) return [];
        const other = entries.find(
          ({ path, split, className }) =>
            path !== entry.path && (split !== entry.split || className !== entry.className),
        );
        return [{ at, problem: { path: entry.path, reason, ...(other === undefined ? {} : { copyOf: other.path }) } }];
      });
    if (new Set(entries.map(({ className }) => className)).size > 1)
      return listed('one image under several labels', () => true);
    if (new Set(entries.map(({ split }) => split)).size > 1)
      return listed('one image in train and test', ({ split }) => split === 'train');
    return [];
  });
}
