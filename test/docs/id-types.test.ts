import { expect, it } from 'vitest';
import { codeBlocks, pages } from './support/markdown.ts';

/** pandas takes an id such as 89067784857377e8 for a number unless it is told the type, also in quotes (pandas 3.1). */
it('every snippet that reads an export gives the types of its ids', () => {
  const reads = pages().flatMap(({ file, text }) =>
    codeBlocks(text)
      .flatMap((block) => block.split('\n'))
      .filter((line) => /\bread_(?:csv|json)\(/.test(line))
      .map((line) => `${file}: ${line}`),
  );
  expect(reads.length).toBeGreaterThan(0);
  expect(reads.filter((line) => !line.includes('dtype='))).toEqual([]);
});
