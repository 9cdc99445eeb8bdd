/** How many held-out images a choice needs. */

/** With fewer, one image is more than a point of top-1. */
const ENOUGH = 100;

/** What is wrong with choosing on so few images, in a sentence; `undefined` where they are enough. */
export function tooFewToChoose(images: number): string | undefined {
  if (images >= ENOUGH) return undefined;
  if (images === 0) return 'minival has no images, so there is nothing to choose by';
  if (images === 1) return 'minival has 1 image, so top-1 is either 0 % or 100 % and tells no cells apart';
  const points = Number((100 / images).toPrecision(2));
  return `minival has ${images} images, of which one is ${points} points of top-1: smaller differences between cells are luck`;
}
