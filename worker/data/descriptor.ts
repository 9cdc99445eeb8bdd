import type { RawDataset } from './raw.ts';

/** A file of a dataset, as it lies in the cache. */
export interface DatasetFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
}

/** Where a source may write, and where it logs. */
interface SourceContext {
  /** An empty folder for this call, removed afterwards. */
  readonly scratch: string;
  readonly log: (line: string) => void;
}

/** One place that a dataset can come from. */
export interface DatasetSource {
  /** As messages name it. */
  readonly name: string;
  /**
   * The contents of the wanted files, by name; they are checked by the caller. A file that the source does not have is left out.
   *
   * @throws {Error} whose message says why the source gives nothing.
   */
  fetch(wanted: readonly DatasetFile[], context: SourceContext): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** A dataset that the program knows by name. */
export interface DatasetDescriptor {
  readonly name: string;
  /** Part of every trial's id: raised if the content, the split or the decoding changes. */
  readonly identity: string;
  readonly classes: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  readonly files: readonly DatasetFile[];
  /** Tried in order, after the cache. */
  readonly sources: readonly DatasetSource[];
  /** @throws {ScalesweepError} `DATASET_CORRUPT`, naming the file. */
  decode(contents: ReadonlyMap<string, Uint8Array>): RawDataset | Promise<RawDataset>;
}
