import sharp from 'sharp';
import { expect, it } from 'vitest';
import { pngOf } from '../../report/figures/render.ts';
import { FONT } from '../../report/figures/style.ts';

const drawing = (weight: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="28" font-family="${FONT}" font-size="20" font-weight="${weight}">width 0.5</text></svg>`;

it.each(['normal', 'bold'])('draws %s letters on a machine without fonts', async (weight) => {
  const png = await pngOf(drawing(weight), { systemFonts: false });
  const { channels } = await sharp(png).greyscale().stats();
  expect(channels[0]!.min).toBeLessThan(64);
});
