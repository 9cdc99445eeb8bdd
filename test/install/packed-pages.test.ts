import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';

const ROOMS = ['contract', 'models', 'compiler', 'grids', 'results', 'findings', 'report', 'worker', 'orchestrator'];

/** Pages that the program's messages send their reader to. */
function namedPages(): Set<string> {
  const files = ROOMS.flatMap((room) =>
    readdirSync(path.join(packageRoot(), room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(packageRoot(), room, file)),
  );
  return new Set(
    files.flatMap((file) => readFileSync(file, 'utf8').match(/\b(?:docs|examples|grids)\/[\w/-]+\.md\b/g) ?? []),
  );
}

it('the pages that messages name are in the package', () => {
  const { files } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { files: string[] };
  const isPacked = (page: string): boolean =>
    existsSync(path.join(packageRoot(), page)) && files.some((file) => page === file || page.startsWith(`${file}/`));
  const named = namedPages();
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((page) => !isPacked(page))).toEqual([]);
  // And what those lead to.
  for (const page of ['docs/README.md', 'grids/README.md', 'examples/shell/train.sh'])
    expect([page, isPacked(page)]).toEqual([page, true]);
});
