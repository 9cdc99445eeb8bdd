import {
  partsOf,
  VECTORS,
  type Layout,
  type Part,
  type Lowering,
  buildUpdate,
  type UpdateOptions,
} from '../../../compiler/index.ts';
import { openSession, type Session } from './session.ts';
import type { Tensors } from './tensors.ts';
import type { TrainingVectors } from './training-vectors.ts';

export interface UpdateRunnerOptions extends UpdateOptions {
  readonly layout: Layout;
  readonly lowering: Lowering;
  readonly vectors: TrainingVectors;
  readonly device: string;
  readonly threads: number;
}

/** The second half of a step: gradients and statistics that the vectors hold become parameters, in place. */
export interface UpdateRunner {
  run(hyper: Tensors[string]): Promise<void>;
  close(): Promise<void>;
}

/** Bytes of parameters that one graph updates, unless one part has more. */
const UPDATE_BYTES = 32e6;

/** The update as one graph, or as several where it is large: on a device, all that a graph reads and writes is there while it runs. */
export async function openUpdate(
  options: UpdateRunnerOptions,
  mostBytes: number = UPDATE_BYTES,
): Promise<UpdateRunner> {
  const { layout, lowering, vectors, device, threads } = options;
  const opened: { session: Session; names: ReadonlySet<string> }[] = [];
  const close = async (): Promise<void> => {
    for (const { session } of opened) await session.close();
  };
  for (const parts of groupsOf(partsOf(layout), mostBytes)) {
    const { optimisation } = lowering;
    const open = () =>
      openSession(buildUpdate(layout, lowering, { ...options, parts }), device, threads, { optimisation });
    const session = await openOr(open, { close });
    opened.push({ session, names: new Set(parts.map(({ name }) => name)) });
  }
  return {
    async run(hyper) {
      const feeds = { ...vectors.feeds(), ...vectors.gradientFeeds() };
      const fetches = vectors.fetches();
      for (const { session, names } of opened) {
        await session.run({ hyper, ...ofParts(feeds, names) }, ofParts(fetches, names));
      }
    },
    close,
  };
}

/** Consecutive parts of so many bytes at most, or one that is larger. */
function groupsOf(parts: readonly Part[], most: number): Part[][] {
  const groups: Part[][] = [];
  let room = 0;
  for (const part of parts) {
    const bytes = part.size * Float32Array.BYTES_PER_ELEMENT;
    if (bytes > room) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)!.push(part);
    room -= bytes;
  }
  return groups;
}

/** `params.P` and the like of these parts; the statistics go with the vectors. */
function ofParts(tensors: Tensors, names: ReadonlySet<string>): Tensors {
  const picked = Object.entries(tensors).filter(([name]) => {
    const [, ...part] = name.split('.');
    return names.has(part.length === 0 ? VECTORS : part.join('.'));
  });
  return Object.fromEntries(picked);
}

/** Closes what is open when what should follow does not open. */
export async function openOr<T>(open: () => Promise<T>, opened: { close(): Promise<void> }): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await opened.close();
    throw error;
  }
}
