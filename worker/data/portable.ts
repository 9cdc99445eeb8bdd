/** Datasets in a form that another thread of the process can receive. */
import type { Dataset, ImageSet, PortableSet, Split } from './dataset.ts';
import { packedSet, PackedReader } from './image-folder/packed-images.ts';
import { memorySet } from './memory-set.ts';

export type PortableDataset = Omit<Dataset, Split> & Readonly<Record<Split, PortableSet>>;

/** Plain values, for `postMessage`. */
export function portableDataset({ train, minival, test, ...about }: Dataset): PortableDataset {
  return { ...about, train: train.portable, minival: minival.portable, test: test.portable };
}

/**
 * The same images in another thread: those in shared memory are the very same bytes, photographs are read from the file
 * through a second file descriptor, which `close` closes.
 */
export function openPortable({ train, minival, test, ...about }: PortableDataset): {
  dataset: Dataset;
  close: () => void;
} {
  const readers = new Map<string, PackedReader>();
  const readerOf = (file: string): PackedReader => {
    const reader = readers.get(file) ?? new PackedReader(file);
    readers.set(file, reader);
    return reader;
  };
  const open = (set: PortableSet): ImageSet => {
    switch (set.kind) {
      case 'memory':
        return memorySet(set.labels, set.channels, set.resized, set.originals);
      case 'packed':
        return packedSet(readerOf(set.file), set.table, set.side);
    }
  };
  const dataset = { ...about, train: open(train), minival: open(minival), test: open(test) };
  return {
    dataset,
    close: () => {
      for (const reader of readers.values()) reader.close();
    },
  };
}
