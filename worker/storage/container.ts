/**
 * The one file format of this program: named binary sections behind a JSON header, with a checksum over everything.
 *
 *     0   8 bytes   magic "SSWEEP\r\n" (a text-mode transfer breaks it, and is noticed)
 *     8   u32       format version
 *     12  u32       bytes of the header
 *     16            header, JSON, UTF-8: { kind, facts, sections: [{ name, offset, bytes }] }
 *         sections, each at a multiple of 64 bytes, little-endian
 *     end 32 bytes  SHA-256 of all that comes before it
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import { writeFileAtomically } from './write-file.ts';

const CONTAINER_VERSION = 1;

const MAGIC = Buffer.from('SSWEEP\r\n', 'latin1');
const PREFIX = 16;
const TRAILER = 32;
const ALIGNMENT = 64;
/** One read, write or hash call takes less than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

const headerSchema = z.object({
  kind: z.string(),
  facts: z.unknown(),
  sections: z.array(z.object({ name: z.string(), offset: z.int().min(0), bytes: z.int().min(0) })),
});

/** Why a file was not accepted. The message does not name the file; the caller adds it. */
export class ContainerDamage extends Error {
  override readonly name = 'ContainerDamage';
}

export type Sections = ReadonlyMap<string, Uint8Array>;

export interface Container {
  readonly facts: unknown;
  /** Views of one buffer, aligned for every element type. */
  readonly sections: Sections;
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** A typed array's bytes, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function requireLittleEndian(): void {
  if (endianness() !== 'LE')
    throw new Error('Expected a little-endian machine: arrays are stored as they lie in memory');
}

/**
 * The bytes of a container, in order, without copying the sections. The header's offsets count from the end of the header,
 * so that its own length does not change them.
 */
export function* containerChunks(kind: string, facts: unknown, sections: Sections): Generator<Uint8Array> {
  let end = 0;
  const table = [...sections].map(([name, { length }]) => {
    const offset = aligned(end);
    end = offset + length;
    return { name, offset, bytes: length };
  });
  const json = JSON.stringify({ kind, facts, sections: table });
  const length = Buffer.byteLength(json);
  const head = Buffer.alloc(aligned(PREFIX + length), ' ');
  MAGIC.copy(head);
  head.writeUInt32LE(CONTAINER_VERSION, 8);
  head.writeUInt32LE(head.length - PREFIX, 12);
  head.write(json, PREFIX);

  const hash = createHash('sha256').update(head);
  yield head;
  let position = 0;
  for (const { name, offset } of table) {
    const padding = new Uint8Array(offset - position);
    const bytes = sections.get(name)!;
    for (const piece of [padding, bytes]) {
      for (let at = 0; at < piece.length; at += MOST_AT_ONCE) hash.update(piece.subarray(at, at + MOST_AT_ONCE));
      if (piece.length > 0) yield piece;
    }
    position = offset + bytes.length;
  }
  yield hash.digest();
}

/**
 * Writes a container: whole or not at all. The sections must not change until the promise settles. Returns its bytes.
 *
 * @throws {ScalesweepError} `DISK_FULL` or `STORE_UNWRITABLE`.
 */
export async function writeContainer(file: string, kind: string, facts: unknown, sections: Sections): Promise<number> {
  requireLittleEndian();
  return writeFileAtomically(file, containerChunks(kind, facts, sections));
}

/** Memory for the bytes of a file; by default the thread's own. */
export type Allocate = (bytes: number) => Uint8Array;
const ownMemory: Allocate = (bytes) => new Uint8Array(bytes);

/**
 * Bytes [start, end) of an open file, in newly allocated memory.
 *
 * @throws {ContainerDamage} if the file ends before.
 */
export async function readRange(
  handle: FileHandle,
  start: number,
  end: number,
  allocate: Allocate = ownMemory,
): Promise<Uint8Array> {
  const bytes = allocate(end - start);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE), start + done);
    if (bytesRead === 0) throw new ContainerDamage(`Expected ${end} bytes, got ${start + done}`);
    done += bytesRead;
  }
  return bytes;
}

/** Throws {@link ContainerDamage} unless the bytes are a whole container of this version. */
function checkWhole(bytes: Buffer): void {
  if (bytes.length < PREFIX + TRAILER) throw new ContainerDamage(`Expected a header, got only ${bytes.length} bytes`);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ContainerDamage('Expected a scalesweep file, got another kind of file');
  const version = bytes.readUInt32LE(8);
  if (version !== CONTAINER_VERSION)
    throw new ContainerDamage(`Expected format version ${CONTAINER_VERSION}, got ${version}`);
  const end = bytes.length - TRAILER;
  const hash = createHash('sha256');
  for (let at = 0; at < end; at += MOST_AT_ONCE) hash.update(bytes.subarray(at, Math.min(end, at + MOST_AT_ONCE)));
  if (!hash.digest().equals(bytes.subarray(end)))
    throw new ContainerDamage('Expected its checksum to match, got other content: the file is torn or corrupt');
}

/**
 * The container that the bytes are.
 *
 * @throws {ContainerDamage} if it is truncated, corrupt, of another format version or of another kind.
 */
export function parseContainer(whole: Uint8Array, kind: string): Container {
  requireLittleEndian();
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  checkWhole(bytes);
  const start = PREFIX + bytes.readUInt32LE(12);
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', PREFIX, start)));
  if (header.kind !== kind) throw new ContainerDamage(`Expected a file of kind "${kind}", got "${header.kind}"`);
  const sections = new Map<string, Uint8Array>();
  for (const { name, offset, bytes: length } of header.sections) {
    sections.set(name, whole.subarray(start + offset, start + offset + length));
  }
  return { facts: header.facts, sections };
}

/** {@link parseContainer} of a whole file, read into memory. */
export async function readContainer(file: string, kind: string, allocate: Allocate = ownMemory): Promise<Container> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    return parseContainer(await readRange(handle, 0, size, allocate), kind);
  } finally {
    await handle.close();
  }
}
