import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * A folder and those above it. Not `mkdirSync` with `recursive`: on Node 20 that never returns where a folder exists in
 * which nothing can be made (/proc).
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(path.resolve(folder)));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
