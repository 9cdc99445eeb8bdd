/** Findings: claims with effect, interval, evidence and verdict, computed from result rows alone. */
export { meaningOf } from './meanings.ts';
export { computeFindings, questionSlugs } from './compute.ts';
export type { CellName, Finding, MatchedCost, Strategy } from './finding.ts';
export { outsideRange } from './design-range.ts';
export type { RecommendQuestion } from './recommendation.ts';
export type { FindingsOptions, FindingsReport } from './report.ts';
export { gridOfCells, separatingGrid } from './separating-grid.ts';
