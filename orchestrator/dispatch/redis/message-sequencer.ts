import type { WorkerEvent } from '../../../contract/index.ts';
import { workerMessage, type WorkerMessage } from '../../../worker/remote/index.ts';

/** What to do with a message. */
type Reception =
  /** Hand its events on; acknowledge once they are stored. */
  | {
      readonly act: 'take';
      readonly worker: string;
      readonly seq: number | null;
      readonly events: readonly WorkerEvent[];
    }
  /** Had before: acknowledge again, since the last time may have been lost. */
  | { readonly act: 'again'; readonly worker: string }
  /** Others are missing before it: the worker will send them, and this one, again. */
  | { readonly act: 'wait' }
  | { readonly act: 'refuse'; readonly reason: string };

/** Puts messages in order, worker by worker: each is taken once, and none before those that were written before it. */
interface MessageSequencer {
  receive(text: string): Reception;
  /** Events of this message are stored. */
  stored(worker: string, seq: number): void;
  /** Number of the last message stored of each worker whose acknowledgement is due, and counts them as sent. */
  takeDue(): Map<string, number>;
  /** The acknowledgements could not be sent: due again. */
  putBack(due: ReadonlyMap<string, number>): void;
}

interface Line {
  /** Number of the next message to take. */
  next: number;
  stored: number;
}

export function makeMessageSequencer(): MessageSequencer {
  const lines = new Map<string, Line>();
  const due = new Set<string>();

  const judge = ({ worker, seq, acked, events }: WorkerMessage): Reception => {
    if (seq === null) return { act: 'take', worker, seq, events };
    let line = lines.get(worker);
    if (line === undefined) {
      // An orchestrator that has just started counts from where the worker says.
      line = { next: acked + 1, stored: acked };
      lines.set(worker, line);
    }
    if (seq < line.next) {
      due.add(worker);
      return { act: 'again', worker };
    }
    if (seq > line.next) return { act: 'wait' };
    line.next = seq + 1;
    return { act: 'take', worker, seq, events };
  };

  return {
    receive: (text) => {
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        return { act: 'refuse', reason: 'a message that is no JSON' };
      }
      const parsed = workerMessage.safeParse(json);
      return parsed.success
        ? judge(parsed.data)
        : { act: 'refuse', reason: `a message of another form (${parsed.error.issues[0]?.message ?? 'unknown'})` };
    },
    stored: (worker, seq) => {
      const line = lines.get(worker);
      if (line === undefined) return;
      line.stored = Math.max(line.stored, seq);
      due.add(worker);
    },
    takeDue: () => {
      const taken = new Map<string, number>();
      for (const worker of due) taken.set(worker, lines.get(worker)!.stored);
      due.clear();
      return taken;
    },
    putBack: (back) => {
      for (const worker of back.keys()) due.add(worker);
    },
  };
}
