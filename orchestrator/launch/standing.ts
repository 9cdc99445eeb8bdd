/** Where a sweep stands, in a word that is true now: what its trials and the process that runs it say together. */
import type { Counts, StoreOwner, SweepRecord } from '../../results/index.ts';

/**
 * - `done`: no trial is left (some may have failed).
 * - `running`: a process runs it; `waiting`: and can hand nothing out yet.
 * - `interrupted`: the process that ran it died without a word.
 * - `stopped`: nobody runs it, and whoever did ended in order.
 * - `paused`, `cancelled`: as the user asked.
 */
export type Standing = 'done' | 'running' | 'waiting' | 'interrupted' | 'stopped' | 'paused' | 'cancelled';

export function standingOf(
  { id, state }: Pick<SweepRecord, 'id' | 'state'>,
  { planned, queued, running, cancelled }: Counts,
  owner: StoreOwner | undefined,
): Standing {
  if (planned + queued + running + cancelled === 0) return 'done';
  const isOwned = owner?.sweep === id;
  if (isOwned && owner.isAlive) return owner.waitsFor !== undefined && running === 0 ? 'waiting' : 'running';
  if (state !== 'active') return state;
  // Who ends in order leaves no attempt open.
  return isOwned || queued + running > 0 ? 'interrupted' : 'stopped';
}

/** `done: 15/15`, `interrupted: its orchestrator (pid 3225) is gone`, `waiting for a worker of engine onnx`. */
export function standingText(standing: Standing, counts: Counts, owner?: StoreOwner): string {
  const { done, failed, queued, running, ...rest } = counts;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries({
    failed,
    ...(standing === 'interrupted' ? { 'in hand when it ended': queued + running } : { queued, running }),
    ...rest,
  }).filter(([, count]) => count > 0);
  const counted = [`${done}/${total}`, ...parts.map(([what, count]) => `${count} ${what}`)].join(', ');
  if (standing === 'waiting') return `waiting for ${owner?.waitsFor ?? 'a worker'}: ${counted}`;
  if (standing !== 'interrupted') return `${standing}: ${counted}`;
  return `interrupted: its orchestrator${owner?.sweep === undefined ? '' : ` (pid ${owner.pid})`} is gone: ${counted}`;
}
