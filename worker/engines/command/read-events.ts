import { z } from 'zod';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import { trainerEvent, TRAINER_PROTOCOL, type TrainerEvent } from './protocol.ts';

/** A longer line is no event of this protocol, and is not waited for. */
const MOST_BYTES = 1 << 20;

export interface HeardEvent {
  readonly event: TrainerEvent;
  /** `NaN` or `Infinity`, where a number was one: JSON has no such, but what writes JSON often does. */
  readonly notFinite: string | undefined;
}

/**
 * The events in a stream, as they come. Reads only as fast as events are consumed: a trainer that sends too fast waits.
 *
 * @throws {ScalesweepError} USAGE at the first line that is none.
 */
export async function* readEvents(stream: AsyncIterable<Buffer>): AsyncGenerator<HeardEvent> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const text = rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
      line++;
      if (text.trim() !== '') yield parseEvent(text, line);
    }
    if (rest.length > MOST_BYTES) throw refuse(rest.toString('utf8', 0, 80), line + 1, `more than ${MOST_BYTES} bytes`);
  }
  // A last line without a line break was cut off when the trainer exited: it is ignored.
}

function parseEvent(text: string, line: number): HeardEvent {
  let json: unknown;
  let notFinite: string | undefined;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const tidy = text.replaceAll(/(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, (value) => {
      notFinite ??= value;
      return 'null';
    });
    if (notFinite === undefined) throw refuse(text, line, messageOf(error));
    try {
      json = JSON.parse(tidy);
    } catch {
      throw refuse(text, line, messageOf(error));
    }
  }
  const parsed = trainerEvent.safeParse(json);
  if (!parsed.success) throw refuse(text, line, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
  return { event: parsed.data, notFinite };
}

function refuse(text: string, line: number, why: string): ScalesweepError {
  return new ScalesweepError(
    'USAGE',
    `Expected an event of trainer protocol ${TRAINER_PROTOCOL} in line ${line} of file descriptor 3, got ${JSON.stringify(text.slice(0, 200))}: ${why}`,
    { hint: 'One JSON object a line, and nothing else there: docs/trainers.md lists the events.' },
  );
}
