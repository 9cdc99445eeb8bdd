/** A figure: a title and caption in words, and a Vega-Lite specification for a page's width. */
import type { TopLevelSpec } from 'vega-lite';

export type Page = 'wide' | 'phone';

export interface Figure {
  /** File name without extension. */
  readonly name: string;
  readonly title: string;
  /** What is drawn, in units, and how to read it. */
  readonly caption: string;
  /** The plot's specification; its data are inside. */
  readonly spec: (page: Page) => TopLevelSpec;
}

/** Width of the drawing in CSS pixels; what Vega draws is this wide with its axes and labels. */
export const PAGE_WIDTH: Readonly<Record<Page, number>> = { wide: 720, phone: 340 };
