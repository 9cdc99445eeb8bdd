/**
 * Holm's step-down correction: p-values multiplied by the number of hypotheses still standing, made monotone.
 * Controls the chance of one false rejection among all, for any dependence between them.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const corrected: (number | null)[] = pValues.map(() => null);
  let floor = 0;
  for (const [rank, { p, index }] of tested.entries()) {
    floor = Math.max(floor, Math.min(1, p * (tested.length - rank)));
    corrected[index] = floor;
  }
  return corrected;
}
