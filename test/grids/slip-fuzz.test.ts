import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import fc from '../support/property.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';
import { complaints, VALID } from './support.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

/** A longer hunt is `FUZZ_RUNS=20000 npx vitest run test/grids/slip-fuzz.test.ts`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

const SHIPPED = path.join(packageRoot(), 'grids');
const GRIDS = [
  VALID,
  `${VALID}constraints:\n  - width * depth < 20\n  - "family == 'resnet-rs-small'"\nseeds: 3\nbudgets:\n  - flops: 20M\n`,
  ...readdirSync(SHIPPED)
    .filter((name) => /^(quick|fashion|weight-decay-small|additive-study-small).*\.yaml$/.test(name))
    .map((name) => readFileSync(path.join(SHIPPED, name), 'utf8')),
];

/** What a hand does to a line; `at` says where in it, where there are several places. */
const SLIPS: Readonly<Record<string, (line: string, at: number) => string>> = {
  'dedented by one': (line) => line.replace(/^ /, ''),
  'moved to the margin': (line) => line.trimStart(),
  'indented by one': (line) => ` ${line}`,
  'indented by two': (line) => `  ${line}`,
  'a tab for spaces': (line) => line.replace(/^ +/, '\t'),
  'a no-break space': (line, at) => changed(line, / /g, at, () => '\u00A0'),
  'no space after the colon': (line) => line.replace(': ', ':'),
  'no colon': (line) => line.replace(':', ''),
  'an equals sign for the colon': (line) => line.replace(':', ' ='),
  'two colons': (line) => line.replace(':', '::'),
  'a bracket lost': (line, at) => changed(line, /[[\]{}()]/g, at, () => ''),
  'a bracket twice': (line, at) => changed(line, /[[\]{}()]/g, at, (bracket) => bracket + bracket),
  'a bracket of another kind': (line, at) => changed(line, /[[\]{}]/g, at, () => ')'),
  'a comma lost': (line, at) => changed(line, /,/g, at, () => ''),
  'a semicolon for a comma': (line, at) => changed(line, /,/g, at, () => ';'),
  'a quote lost': (line, at) => changed(line, /['"]/g, at, () => ''),
  'a curly quote': (line, at) => changed(line, /['"]/g, at, () => '’'),
  'a decimal comma': (line, at) => changed(line, /(?<=\d)\.(?=\d)/g, at, () => ','),
  'a grouped number': (line, at) => changed(line, /\d{4,}/g, at, (digits) => digits.replace(/(\d)(?=\d{3}$)/, '$1_')),
  'a unit': (line, at) => changed(line, /\d+[MGk]?/g, at, (number) => `${number} FLOPs`),
  'another operator': (line, at) =>
    changed(line, /<=|>=|==|&&|\|\||[*<>]/g, at, (sign) => OTHERWISE[sign] ?? `${sign}${sign}${sign}`),
  'a dash without its space': (line) => line.replace('- ', '-'),
  'a letter lost': (line, at) => changed(line, /[A-Za-z]/g, at, () => ''),
  'two letters swapped': (line, at) => changed(line, /[A-Za-z]{2}/g, at, ([a, b]) => `${b}${a}`),
  'a comment in the line': (line, at) => changed(line, / /g, at, () => ' # '),
};
const OTHERWISE: Readonly<Record<string, string>> = { '<=': '=<', '>=': '=>', '==': '=', '&&': 'and', '||': 'or' };

function changed(line: string, pattern: RegExp, at: number, by: (found: string) => string): string {
  const places = [...line.matchAll(pattern)];
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return line;
  return line.slice(0, place.index) + by(place[0]) + line.slice(place.index + place[0].length);
}

/** Words that a parser has for its own parts. */
const JARGON =
  /\b(?:scalar|token|flow|implicit|sequence|collection|node|mapping items|syntax error|unresolved|compound)\b/i;

const slip = fc.constantFrom(...Object.keys(SLIPS));

describe('a valid grid with one slip', () => {
  it('is read, or refused with the line and in our words', () => {
    for (const text of GRIDS) expect(complaints(text)).toEqual([]);
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...GRIDS), slip, fc.nat(), fc.nat(), (grid, name, lineAt, at) => {
        const lines = grid.split('\n');
        const written = lines.flatMap((line, index) => (/^\s*[^\s#]/.test(line) ? [index] : []));
        const index = written[lineAt % written.length]!;
        lines[index] = SLIPS[name]!(lines[index]!, at);
        const found = complaints(lines.join('\n'));
        if (found.length > 0) refused++;
        for (const complaint of found) {
          const [, line, column] = /^(\d+):(\d+): Expected [^]+, got [^]+/.exec(complaint) ?? [];
          expect(Number(line), complaint).toBeLessThanOrEqual(lines.length);
          expect(Number(column), complaint).toBeGreaterThanOrEqual(1);
          expect(complaint).not.toMatch(JARGON);
        }
        if (LINE_SLIPS.has(name) && found.length > 0) expect(linesOf(found), found.join('\n')).toContain(index + 1);
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 3);
  });
});

/** Of these, the line itself is named. */
const LINE_SLIPS = new Set([
  'no space after the colon',
  'an equals sign for the colon',
  'a decimal comma',
  'a grouped number',
  'another operator',
  'a bracket twice',
]);

const linesOf = (found: readonly string[]): number[] => found.map((complaint) => Number(complaint.split(':', 1)[0]));
