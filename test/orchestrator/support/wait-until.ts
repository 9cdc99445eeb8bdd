import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds; fails, naming it, when it has not within a minute. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  boundMs = 60_000,
): Promise<void> {
  const end = Date.now() + boundMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited ${boundMs} ms in vain until ${what}`);
    await sleep(25);
  }
}
