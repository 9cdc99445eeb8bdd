import { messageOf } from '../../../contract/index.ts';
import { readLeniently, type Reading } from './lenient.ts';

/** A longer line is no event of this protocol, and is not waited for. */
const MOST_BYTES = 1 << 20;

/** A line of the stream of events, as it was understood. */
export type HeardLine = Reading & {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The stream ended in the middle of it. */
  readonly isCutOff: boolean;
};

/**
 * The lines of a stream, as they come; empty ones are left out. Reads only as fast as lines are consumed: a trainer that sends too fast waits.
 * Byte-order marks, CRLF and a missing last line break are no faults. After a line without end nothing more is read.
 */
export async function* readEvents(stream: AsyncIterable<Buffer>): AsyncGenerator<HeardLine> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const text = rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
      yield* linesOf(text, ++line, false);
    }
    if (rest.length > MOST_BYTES) {
      const text = rest.toString('utf8', 0, 200);
      yield {
        event: undefined,
        type: undefined,
        why: `more than ${MOST_BYTES} bytes`,
        isRefused: true,
        line: line + 1,
        text,
        isCutOff: false,
      };
      return;
    }
  }
  yield* linesOf(rest.toString('utf8'), line + 1, true);
}

/** One event, or several whose line breaks were forgotten. */
function* linesOf(whole: string, line: number, isCutOff: boolean): Generator<HeardLine> {
  // Takes a byte-order mark off as well.
  const text = whole.trim();
  if (text === '') return;
  const reading = understand(text);
  const parts = reading === undefined ? text.split(/(?<=\})\s*(?=\{\s*"type"\s*:)/) : [];
  if (parts.length > 1) for (const part of parts) yield* linesOf(part, line, isCutOff);
  else yield { ...(reading ?? unreadable(text)), line, text, isCutOff: isCutOff && reading === undefined };
}

/** `undefined` for what is no JSON, with allowance for `NaN` and `Infinity`: JSON has no such, but what writes JSON often does. */
function understand(text: string): Reading | undefined {
  for (const form of [text, tidied(text, '"$1"'), tidied(text, 'null')]) {
    const read = parsed(form);
    if ('json' in read) return readLeniently(read.json);
  }
  return undefined;
}

/** As text, which tells what it was; or as nothing, where the text would break another. */
function tidied(text: string, by: string): string {
  return text.replaceAll(/(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, by);
}

function unreadable(text: string): Reading {
  // Whether it was to be the result matters: a training whose result was cut off is not lost.
  const type = /"type"\s*:\s*"done"/.test(text) ? 'done' : undefined;
  const { why = 'no JSON' } = parsed(text) as { why?: string };
  return { event: undefined, type, why, isRefused: false };
}

function parsed(text: string): { readonly json: unknown } | { readonly why: string } {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { why: messageOf(error) };
  }
}
