/** An image that is being distorted, and as much memory again to work in. */
export interface Canvas {
  readonly channels: number;
  readonly side: number;
  /** [channels, side, side], 0-255; changed in place. */
  readonly pixels: Uint8Array;
  /** Of the same length; holds nothing from one operation to the next. */
  readonly scratch: Uint8Array;
}

export function makeCanvas(channels: number, side: number): Canvas {
  const length = channels * side * side;
  return { channels, side, pixels: new Uint8Array(length), scratch: new Uint8Array(length) };
}

/** Mirrors left and right. */
export function mirror({ channels, side, pixels }: Canvas): void {
  for (let row = 0; row < channels * side * side; row += side) {
    for (let left = row, right = row + side - 1; left < right; left++, right--) {
      const held = pixels[left]!;
      pixels[left] = pixels[right]!;
      pixels[right] = held;
    }
  }
}
