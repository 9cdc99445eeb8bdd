/** Specifications to SVG and PNG, without a browser. Equal specifications give equal bytes. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { renderAsync } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Texts of several lines come as a list, one line at a time. */
function textLength(text: unknown): number {
  return typeof text === 'string' || typeof text === 'number' ? String(text).length : 0;
}

/** Mean width of a character of Arial, in font sizes. */
const CHARACTER = 0.54;

// Without a canvas Vega takes a character for 0.8 wide, and layouts come out half empty. Its typings leave the object out.
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
};
textMetrics.width = (item, text) => CHARACTER * textLength(text) * (item.fontSize ?? 11);

/** @param onWarning What Vega-Lite has to say of the specification; a test of every figure listens. */
export async function svgOf(
  spec: TopLevelSpec,
  onWarning: (message: string) => void = () => undefined,
): Promise<string> {
  const logger = vega.logger(vega.Warn, 'log', (_method: string, _level: string, parts: readonly unknown[]) => {
    onWarning(parts.map(String).join(' '));
  });
  // Identifiers inside of an SVG are counted per process; each drawing counts from one.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Shipped, since a machine without fonts (a container) would draw figures without a letter. */
const fonts = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json');
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => path.join(path.dirname(fonts), 'ttf', name));

/**
 * At twice the drawing's size, with the fonts of this machine and, where it has none, those that come with the program. On a
 * thread of its own: several at once use several cores.
 */
export async function pngOf(svg: string, { systemFonts = true } = {}): Promise<Uint8Array> {
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    background: '#ffffff',
    font: {
      fontFiles: FONT_FILES,
      loadSystemFonts: systemFonts,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return image.asPng();
}
