import { messageOf } from '../../contract/index.ts';

/** What Redis answered, in plain words, with what to do about it. */
export interface RedisReason {
  /** The same for the same cause: `OOM`, `NOPERM`, or the whole message where it has no code. */
  readonly code: string;
  readonly text: string;
  readonly hint?: string;
}

const MEANINGS: Readonly<Record<string, { readonly text: string; readonly hint: string }>> = {
  READONLY: { text: 'a replica, which takes no writes', hint: 'Name the server that it copies from.' },
  // To those who wait, when the server becomes one.
  UNBLOCKED: { text: 'a replica, which takes no writes', hint: 'Name the server that it copies from.' },
  MASTERDOWN: { text: 'a replica that has lost its master', hint: 'Name a server that takes writes.' },
  MOVED: { text: 'a node of a cluster', hint: 'Name a single server: queues cannot be spread over a cluster.' },
  CROSSSLOT: { text: 'a node of a cluster', hint: 'Name a single server: queues cannot be spread over a cluster.' },
  CLUSTERDOWN: { text: 'a node of a cluster', hint: 'Name a single server: queues cannot be spread over a cluster.' },
  OOM: {
    text: 'a server whose memory is full',
    hint: 'Raise its maxmemory. Results wait on the disks of the workers meanwhile.',
  },
  MISCONF: {
    text: 'a server that cannot save to its own disk',
    hint: 'Its log says why (a full disk?). Results wait on the disks of the workers meanwhile.',
  },
  NOPERM: {
    text: 'a refusal to this user',
    hint: 'Allow the user all of its keys and commands: ACL SETUSER NAME on >PASSWORD ~scalesweep:* &* +@all -@dangerous +info.',
  },
  NOAUTH: {
    text: 'a server that wants a password',
    hint: 'Give it in SCALESWEEP_REDIS_PASSWORD, as it is, or percent-encoded as redis://:PASSWORD@HOST:PORT.',
  },
  WRONGPASS: {
    text: 'a server that knows no such user and password',
    hint: 'Give the password in SCALESWEEP_REDIS_PASSWORD, as it is, or percent-encoded as redis://USER:PASSWORD@HOST:PORT.',
  },
};

/** @param error of a command, or of a transaction: then of the first command in it that was refused. */
export function redisReason(error: unknown): RedisReason {
  const [first] = (error as { previousErrors?: readonly Error[] } | undefined)?.previousErrors ?? [];
  const message = messageOf(first ?? error).split('\n', 1)[0]!;
  // A script passes the code on in the middle of its own message.
  const codes = /ACL failure|user executing the script/.test(message)
    ? ['NOPERM']
    : (message.match(/\b[A-Z]{3,}\b/g) ?? []);
  const code = codes.find((each) => each in MEANINGS);
  const meaning = code === undefined ? undefined : MEANINGS[code];
  if (code === undefined || meaning === undefined) return { code: message, text: message || 'no answer' };
  return { code, text: `${meaning.text} (${message})`, hint: meaning.hint };
}

type Transaction = { exec(): Promise<[error: Error | null, result: unknown][] | null> };

/** Sends a transaction. @throws the first error of the commands in it, which `exec` hands back as a result. */
export async function execAll(transaction: Transaction): Promise<void> {
  for (const [error] of (await transaction.exec()) ?? []) if (error !== null) throw error;
}
