import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../orchestrator/cli/program.ts';
import { codeBlocks, codeSpans, pages } from './support/markdown.ts';

const quiet = { out: () => {}, outBytes: () => {}, err: () => {}, screen: undefined, env: {}, colour: false };

/** Command lines of scalesweep in a page: lines of code blocks, and code in the text. */
function commandLines(text: string): string[] {
  const lines = codeBlocks(text).flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  return [...lines, ...codeSpans(text)].flatMap((line) => {
    const [, command] = /^(?:\$ )?(?:npx )?scalesweep (.*)$/.exec(line.trim()) ?? [];
    // A drawing of the parts of a system is no command.
    return command === undefined || /[─<]/.test(command) ? [] : [command.replace(/\s#.*$/, '').trim()];
  });
}

/** Splits as a shell does, as far as the docs need it; `[SWEEP]` is an argument that may be left out. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|\[?([^\s'"[\]]+)\]?/g)].map(
    ([, single, double, bare]) => (single ?? double ?? bare)!,
  );
}

/** A word in capitals stands for a value. */
const isPlaceholder = (word: string): boolean => /^[A-Z][A-Z.-]*$/.test(word);

/** What is wrong with a command line; nothing is run. */
function faultsOf(line: string): string[] {
  let command: Command = makeProgram(quiet, () => {});
  const words = wordsOf(line);
  while (command.commands.length > 0 && words.length > 0 && !words[0]!.startsWith('-')) {
    const name = words.shift()!;
    if (isPlaceholder(name)) return [];
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) return [`no command ${name}`];
    command = next;
  }
  const faults: string[] = [];
  const given = new Set<Option>();
  let operands = 0;
  while (words.length > 0) {
    const word = words.shift()!;
    if (!word.startsWith('--')) operands += 1;
    else if (word !== '--help' && word !== '--version') {
      const option = command.options.find(({ long }) => long === word);
      if (option === undefined) return [...faults, `no option ${word}`];
      given.add(option);
      if (option.required) faults.push(...valueFaults(option, words.shift()));
    }
  }
  const { registeredArguments } = command;
  if (operands > registeredArguments.length) faults.push('too many arguments');
  // `scalesweep run` in a sentence names the command; with anything behind it, it is a command line.
  if (operands + given.size > 0) {
    if (operands < registeredArguments.filter(({ required }) => required).length) faults.push('an argument is missing');
    const missing = command.options.filter(
      (option) => option.mandatory && !given.has(option) && option.envVar === undefined,
    );
    faults.push(...missing.map(({ long }) => `${long} is missing`));
  }
  return faults;
}

function valueFaults(option: Option, value: string | undefined): string[] {
  if (value === undefined || value.startsWith('--')) return [`${option.long} has no value`];
  if (isPlaceholder(value) || option.parseArg === undefined) return [];
  // `csv|json` shows two values.
  return value.split('|').flatMap((one) => {
    try {
      option.parseArg?.(one, undefined);
      return [];
    } catch (error) {
      return [`${option.long} ${one}: ${String(error)}`];
    }
  });
}

describe('command lines', () => {
  it.each([
    ['plan', []],
    ['plan GRID --max-flops 2G', []],
    ['plan --json', ['an argument is missing']],
    ['plan GRID OTHER', ['too many arguments']],
    ['plam GRID', ['no command plam']],
    ['plan GRID --max-flop 2G', ['no option --max-flop']],
    ['best --max-flops', ['--max-flops has no value']],
    ['isoflop --json', ['--flops is missing']],
  ])('are read: %s', (line, faults) => expect(faultsOf(line)).toEqual(faults));

  it('with values that cannot be are found', () => {
    expect(faultsOf('best --max-flops many')).toEqual([expect.stringContaining('--max-flops many')]);
  });

  const shown = pages().flatMap(({ file, text }) => commandLines(text).map((line) => [file, line] as const));
  it('are in the pages', () => expect(shown.length).toBeGreaterThan(30));

  it.each(shown)('%s: scalesweep %s', (_, line) => expect(faultsOf(line)).toEqual([]));
});
