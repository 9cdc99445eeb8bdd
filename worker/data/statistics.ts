/** Mean and standard deviation of each channel. */
export interface ChannelStatistics {
  readonly mean: number[];
  readonly std: number[];
}

/** Counts how often each byte occurs in each channel, image by image: exact, in any order. */
export function makeChannelCounter(channels: number): {
  add(image: Uint8Array): void;
  /** Takes back an image that was added. */
  remove(image: Uint8Array): void;
  statistics(): ChannelStatistics;
} {
  const histograms = Array.from({ length: channels }, () => new Float64Array(256));
  const count = (image: Uint8Array, by: 1 | -1): void => {
    const plane = image.length / channels;
    histograms.forEach((histogram, channel) => {
      const end = (channel + 1) * plane;
      for (let i = channel * plane; i < end; i++) histogram[image[i]!]! += by;
    });
  };
  return {
    add: (image) => count(image, 1),
    remove: (image) => count(image, -1),
    statistics() {
      const mean: number[] = [];
      const std: number[] = [];
      for (const histogram of histograms) {
        const count = Math.max(
          histogram.reduce((sum, n) => sum + n, 0),
          1,
        );
        const centre = histogram.reduce((sum, n, value) => sum + n * value, 0) / count;
        const variance = histogram.reduce((sum, n, value) => sum + n * (value - centre) ** 2, 0) / count;
        mean.push(centre / 255);
        // Images of one grey would divide by zero: they stay as they are.
        std.push(variance > 0 ? Math.sqrt(variance) / 255 : 1);
      }
      return { mean, std };
    },
  };
}
