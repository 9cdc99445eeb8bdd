/**
 * Antialiased bilinear resizing: a separable triangle filter as wide as the reduction (Pillow's BILINEAR, without its
 * rounding between the passes). Sums are of doubles in a fixed order, so the bytes are the same on every machine.
 */

/** The part of an image that is resized, whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For each output position: its first input position and its weights, which sum to 1. */
interface Axis {
  readonly first: Int32Array;
  readonly taps: number;
  /** [outputs, taps]; unused taps weigh 0. */
  readonly weights: Float64Array;
}

function makeAxis(inputs: number, outputs: number): Axis {
  const scale = inputs / outputs;
  const reach = Math.max(scale, 1);
  const taps = Math.min(inputs, 2 * Math.ceil(reach) + 1);
  const first = new Int32Array(outputs);
  const weights = new Float64Array(outputs * taps);
  for (let out = 0; out < outputs; out++) {
    const centre = (out + 0.5) * scale;
    const low = Math.min(Math.max(0, Math.floor(centre - reach + 0.5)), inputs - taps);
    const at = weights.subarray(out * taps, (out + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      at[tap] = Math.max(0, 1 - Math.abs(low + tap + 0.5 - centre) / reach);
      sum += at[tap]!;
    }
    for (let tap = 0; tap < taps; tap++) at[tap]! /= sum;
    first[out] = low;
  }
  return { first, taps, weights };
}

/** Writes the resized box to `out`, [channels, height, width] of the resizer. */
export type Resize = (
  source: Uint8Array,
  size: { readonly channels: number; readonly width: number; readonly height: number },
  box: Box,
  out: Uint8Array,
) => void;

/** More sizes than the crops of one dataset have. */
const MOST_AXES = 4096;

/** Axes of one output size, kept by their input size. */
function axesOf(outputs: number): (inputs: number) => Axis {
  const axes = new Map<number, Axis>();
  return (inputs) => {
    const known = axes.get(inputs);
    if (known !== undefined) return known;
    if (axes.size >= MOST_AXES) axes.clear();
    const made = makeAxis(inputs, outputs);
    axes.set(inputs, made);
    return made;
  };
}

/** A resizer to one output size, square by default; it keeps its tables and its scratch memory from call to call. */
export function makeResizer(toWidth: number, toHeight: number = toWidth): Resize {
  const axisAcross = axesOf(toWidth);
  const axisDown = axesOf(toHeight);
  let rows = new Float64Array(0);

  return (source, { channels, width, height }, box, out) => {
    const across = axisAcross(box.width);
    const down = axisDown(box.height);
    if (rows.length < box.height * toWidth) rows = new Float64Array(box.height * toWidth);
    for (let channel = 0; channel < channels; channel++) {
      const plane = channel * width * height;
      for (let y = 0; y < box.height; y++) {
        const row = plane + (box.top + y) * width + box.left;
        for (let x = 0; x < toWidth; x++) {
          const start = row + across.first[x]!;
          const weight = x * across.taps;
          let sum = 0;
          for (let tap = 0; tap < across.taps; tap++) sum += source[start + tap]! * across.weights[weight + tap]!;
          rows[y * toWidth + x] = sum;
        }
      }
      for (let y = 0; y < toHeight; y++) {
        const weight = y * down.taps;
        const start = down.first[y]! * toWidth;
        const target = (channel * toHeight + y) * toWidth;
        for (let x = 0; x < toWidth; x++) {
          let sum = 0;
          for (let tap = 0; tap < down.taps; tap++)
            sum += rows[start + tap * toWidth + x]! * down.weights[weight + tap]!;
          // A weighted mean of bytes: rounding cannot leave 0-255.
          out[target + x] = Math.floor(sum + 0.5);
        }
      }
    }
  };
}
