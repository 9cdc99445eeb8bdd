/**
 * Whether tests are skipped because this machine lacks what they need. In CI none is: there they run, and fail.
 *
 * @param present whether it is there
 */
export function isSkippedWithout(present: boolean): boolean {
  return !present && process.env['CI'] === undefined;
}
