/** Findings: claims with effect, interval, evidence and verdict, computed from result rows alone. */
export { computeFindings, questionSlugs } from './compute.ts';
export {
  costAxes,
  strategies,
  type CostAxis,
  type Finding,
  type Scope,
  type Strategy,
  type Verdict,
  type WantedCell,
  type WouldSeparate,
} from './finding.ts';
export { outsideHull, type Hull, type HullQuestion } from './hull.ts';
export type { CellName, Evidence, Option, Recommendation, RecommendQuestion } from './recommend.ts';
export type { FindingsOptions, FindingsReport } from './report.ts';
export { separatingGrid } from './separating-grid.ts';
export type { CellRegime, Curves, Regime } from './regime.ts';
