/** What the file system of a store's folder can do: network file systems lock files badly, falsely or not at all. */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

/** Magic numbers of statfs(2). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x0bd0_0bd0, 'Lustre'],
  [0xff53_4d42, 'CIFS'],
  [0xfe53_4d42, 'SMB'],
  [0x4750_4653, 'GPFS'],
  [0x00c3_6400, 'Ceph'],
  [0x1983_0326, 'BeeGFS'],
  [0x0102_1997, '9P'],
  [0x5346_414f, 'AFS'],
]);

/** The network file system that a file lies on, or will; `undefined` on a local one and where the system does not tell. */
export function networkFileSystem(file: string): string | undefined {
  let folder = path.resolve(path.dirname(file));
  while (!existsSync(folder)) folder = path.dirname(folder);
  try {
    return NETWORK.get(statfsSync(folder).type);
  } catch {
    return undefined;
  }
}

/** Whether a file that nobody else knows can be locked in the folder of `file`: SQLite says "busy" of a system without locks. */
export function canLock(file: string): boolean {
  const probe = path.join(path.dirname(file), `.lock-probe-${randomUUID()}`);
  try {
    const db = new Database(probe, { timeout: 0 });
    try {
      db.exec('BEGIN IMMEDIATE; CREATE TABLE probe (one); ROLLBACK');
      return true;
    } finally {
      db.close();
    }
  } catch (error) {
    return !(error instanceof Database.SqliteError && /^SQLITE_(BUSY|PROTOCOL|IOERR_\w*LOCK)/.test(error.code));
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Loads SQLite, which proves that its native part is there. @throws what loading it throws */
export function probeSqlite(): void {
  new Database(':memory:').close();
}
