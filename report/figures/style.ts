/** One look for all figures: dark text on white, few lines, colours that colour-blind readers can tell apart. */
import type { Config } from 'vega-lite';

/** Arial and its metric twin; DejaVu, which comes with the program, where neither is installed. In SVG text stays text. */
export const FONT = 'Arial, Liberation Sans, DejaVu Sans, sans-serif';

const INK = '#222222';
const MUTED = '#5f6b76';
const RULE = '#d9dee3';

export const COLOURS = { ink: INK, muted: MUTED, rule: RULE, deeper: '#0072B2', wider: '#D55E00' } as const;

/**
 * Okabe and Ito's palette without its yellow (invisible on white) and black (used for the front); in this order the first
 * four also differ in lightness, so that they survive a grey printer.
 */
export const PALETTE = ['#56B4E9', '#0072B2', '#D55E00', '#CC79A7', '#009E73', '#E69F00', '#7F7F7F'] as const;

/** Shapes in the palette's order, so that no reader depends on colour. */
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'] as const;

/** Colour and shape by a field of few values, one legend for both; one colour for none or many. */
export function colourAndShape(field: string, title: string, values: readonly (number | string)[]) {
  if (values.length < 2 || values.length > PALETTE.length) return { color: { value: PALETTE[1] } };
  // Nominal, in the order given: Vega-Lite would warn of an order that shapes cannot show, and the legend's does.
  const channel = (range: readonly string[]) => ({
    field,
    type: 'nominal' as const,
    scale: { domain: [...values], range: range.slice(0, values.length) },
    legend: { title },
  });
  return { color: channel(PALETTE), shape: channel(SHAPES) };
}

export const CONFIG: Config = {
  font: FONT,
  background: '#ffffff',
  autosize: { type: 'fit', contains: 'padding' },
  padding: { left: 4, top: 6, right: 8, bottom: 4 },
  view: { stroke: null },
  axis: {
    labelColor: MUTED,
    titleColor: INK,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 12,
    titlePadding: 8,
    gridColor: RULE,
    gridWidth: 0.6,
    domainColor: MUTED,
    tickColor: MUTED,
    labelOverlap: true,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  header: { labelColor: INK, labelFontSize: 12, labelFontWeight: 'bold', title: null },
  legend: {
    orient: 'top',
    labelColor: INK,
    titleColor: INK,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 12,
    symbolOpacity: 1,
    symbolSize: 60,
    titleOrient: 'left',
    offset: 6,
  },
};
