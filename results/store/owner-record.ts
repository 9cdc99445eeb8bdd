/**
 * Who runs sweeps on a store, in a file beside it that the owner renews: a second guard for file systems whose locks do
 * nothing. A record of this machine is judged by its process, one of another machine by whether it is renewed, and neither
 * by comparing clocks.
 */
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What an owner is at: told by it, and read by whoever asks where a sweep stands. */
export interface OwnerWork {
  /** Id of the sweep that it runs. */
  readonly sweep: string;
  /** What it lacks to hand trials out: `a worker of engine onnx`. */
  readonly waitsFor?: string | undefined;
}

/** Who runs sweeps on a store, or did until it died without a word. */
export interface StoreOwner extends Partial<OwnerWork> {
  readonly pid: number;
  readonly host: string;
  readonly isAlive: boolean;
}

const RENEW_MS = 2000;
/** A record that has not changed for so long is a dead owner's. */
const SILENT_MS = 3 * RENEW_MS;

interface OwnerRecord extends Partial<OwnerWork> {
  /** Machine and, in a container, its process namespace: process ids mean something there alone. */
  readonly machine: string;
  readonly host: string;
  readonly pid: number;
  /** When the process started, as the kernel counts it: process ids are used again. */
  readonly started: string;
  /** Counts up. */
  readonly renewed: number;
}

export interface OwnerRecordKeeper {
  /** Asked each time the record is renewed. */
  announce(workOf: () => OwnerWork): void;
  stop(): void;
}

/** Writes the record and keeps it fresh until `stop`, which removes it. */
export function keepOwnerRecord(file: string): OwnerRecordKeeper {
  let renewed = 0;
  let workOf: (() => OwnerWork) | undefined;
  const own = ownRecord();
  const write = (): void => {
    writeFileSync(`${file}.tmp-${process.pid}`, JSON.stringify({ ...own, ...workOf?.(), renewed: renewed++ }));
    renameSync(`${file}.tmp-${process.pid}`, file);
  };
  const renew = (): void => {
    try {
      write();
    } catch {
      // A full disk: the lock still holds, and the store says what is wrong.
    }
  };
  write();
  const timer = setInterval(renew, RENEW_MS);
  timer.unref();
  return {
    announce: (asked) => {
      workOf = asked;
      renew();
    },
    stop: () => {
      clearInterval(timer);
      if (readRecord(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** The owner that a record names, dead or alive; `undefined` where the last one ended in order. Waits as `livingOwner` does. */
export function lookAtOwner(file: string): StoreOwner | undefined {
  const record = readRecord(file);
  if (record === undefined) return undefined;
  const { pid, host, sweep, waitsFor } = record;
  const isAlive = pid === process.pid || livingOwner(file) !== undefined;
  return { pid, host, isAlive, ...(sweep === undefined ? {} : { sweep }), waitsFor };
}

/** The owner that a record names, if it lives. Waits up to six seconds for a sign of life from another machine. */
export function livingOwner(file: string): OwnerRecord | undefined {
  const record = readRecord(file);
  if (record === undefined) return undefined;
  const own = ownRecord();
  if (record.machine === own.machine) {
    const isItself = record.pid === own.pid;
    return !isItself && startOf(record.pid) === record.started ? record : undefined;
  }
  for (let waited = 0; waited < SILENT_MS; waited += 200) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    const now = readRecord(file);
    if (now === undefined) return undefined;
    if (now.renewed !== record.renewed || now.pid !== record.pid) return now;
  }
  return undefined;
}

function ownRecord(): Omit<OwnerRecord, 'renewed'> {
  return { machine: thisMachine(), host: hostname(), pid: process.pid, started: startOf(process.pid) ?? '' };
}

function thisMachine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** `undefined` for a process that is not there; '' where the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold spaces; the start is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return isAlive(pid) ? '' : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A damaged record says nothing. */
function readRecord(file: string): OwnerRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as OwnerRecord;
    return Number.isInteger(record.pid) && typeof record.machine === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
