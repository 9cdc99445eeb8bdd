/** What an import finds before it writes, and how it is told to go about it. */

/** Two values of one number of one cell and seed. */
export interface ImportConflict {
  /** Place of the result among those given. */
  readonly index: number;
  /** Place of the earlier one that says otherwise; `null` when the store does. */
  readonly other: number | null;
  readonly seed: number;
  readonly field: string;
  readonly old: number;
  readonly given: number;
}

/** A value of an axis that is taken for another one, which it equals within 1e-9. */
export interface MergedValue {
  readonly axis: string;
  readonly given: number;
  readonly taken: number;
}

export interface ImportCheck {
  readonly conflicts: readonly ImportConflict[];
  readonly merged: readonly MergedValue[];
}

export interface AddResultsOptions {
  /** Where a result says otherwise than the store, its values take the place of those. @defaultValue false */
  readonly replace?: boolean;
}
