import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where a trainer writes its events: its descriptor 3, which is a named pipe too, for launchers and containers that hand no descriptor on. */
export interface EventsPipe {
  readonly path: string;
  /** To be descriptor 3 of the trainer. */
  readonly writeEnd: number;
  /** Ends when `close` was called and every writer is gone. */
  readonly events: Socket;
  close(): void;
}

/** In a folder that the caller removes. `undefined` where the system or the folder's file system has no named pipes. */
export async function makeEventsPipe(folder: string): Promise<EventsPipe | undefined> {
  const file = path.join(folder, 'events');
  let readEnd: number;
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', file]);
    // Else it would wait for a writer.
    readEnd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  // Kept open here: a pipe that nobody writes to is at its end, and the trainer may open its path late.
  const writeEnd = openSync(file, constants.O_WRONLY);
  let isOpen = true;
  return {
    path: file,
    writeEnd,
    events: new Socket({ fd: readEnd, readable: true, writable: false }),
    close: () => {
      if (isOpen) closeSync(writeEnd);
      isOpen = false;
    },
  };
}
