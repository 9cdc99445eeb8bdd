/** What a check of a trainer found. */

export type CheckOutcome = 'passed' | 'failed' | 'not-tried';

export interface Check {
  readonly name: CheckName;
  readonly outcome: CheckOutcome;
  /** What was seen, or why it was not tried: a line. */
  readonly detail: string;
  /** The line that failed, and what to do; `null` where nothing failed. */
  readonly message: string | null;
  /** What was tolerated, and should be put right. */
  readonly warnings: readonly string[];
}

/** In the order in which they are tried. */
export const CHECKS = {
  cost: 'prints a cost for each network of the grid',
  protocol: 'trains two epochs and sends its result',
  'first-event': 'sends `hello` in time',
  stop: 'ends when it is asked to stop',
  'resume-after-stop': 'continues where it was stopped',
  kill: 'continues where it was killed',
  'resume-at-end': 'resumes after its last step, with nothing left to train',
} as const;
export type CheckName = keyof typeof CHECKS;

export const passed = (name: CheckName, detail: string, warnings: readonly string[] = []): Check => ({
  name,
  outcome: 'passed',
  detail,
  message: null,
  warnings,
});

export const failed = (name: CheckName, detail: string, message = detail, warnings: readonly string[] = []): Check => ({
  name,
  outcome: 'failed',
  detail,
  message,
  warnings,
});

export const notTried = (name: CheckName, why: string): Check => ({
  name,
  outcome: 'not-tried',
  detail: why,
  message: null,
  warnings: [],
});
