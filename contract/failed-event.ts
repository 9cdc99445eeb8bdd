import { EVENT_VERSION, type FailureKind, type WorkerEvent } from './event.ts';

type FailedEvent = Extract<WorkerEvent, { type: 'failed' }>;

/** Names an attempt: the trial's id and the number that the store gave. */
interface AttemptName {
  readonly trial: string;
  readonly attempt: number;
}

/**
 * The end of an attempt without a result. Whoever ends an attempt, the worker itself or somebody in its stead, makes the event here.
 *
 * @param step optimiser steps finished, when training had started
 * @param more what else is known
 */
export function failedEvent(
  { trial, attempt }: AttemptName,
  kind: FailureKind,
  message: string,
  step: number | null = null,
  more: Pick<FailedEvent, 'logTail' | 'isDeath'> = {},
): FailedEvent {
  return { v: EVENT_VERSION, trial, attempt, type: 'failed', kind, message, step, ...more };
}

/** The end of an attempt that was handed out and not started: costs the trial nothing. */
export function handedBack(name: AttemptName): FailedEvent {
  return failedEvent(name, 'interrupted', 'Handed back before it began');
}
