import { ScalesweepError, type DataSpec } from '../../../contract/index.ts';
import type { ImageShape } from '../dataset.ts';
import type { Remarks } from './remarks.ts';
import { settingsFile } from './settings.ts';
import { storedSideFor } from './stored-size.ts';

/** What a packed image folder can give. */
export interface PackedFolder {
  readonly identity: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly testImages: number;
  /** Shorter side that the photographs are stored with, pixels. */
  readonly side: number;
  /** Shorter side of the smallest image, pixels. */
  readonly smallestSide: number;
  readonly remarks?: Remarks | undefined;
}

/** @throws {ScalesweepError} `USAGE` for a trial that asks for what the folder cannot give. */
export function checkFit(data: DataSpec, shape: ImageShape, packed: PackedFolder, folder: string): void {
  const { name, trainImages, minivalImages } = data;
  const { side } = packed;
  const classes = packed.classes.length;
  const expect = (fits: boolean, message: string, hint?: string): void => {
    if (!fits) throw new ScalesweepError('USAGE', message, hint === undefined ? {} : { hint });
  };
  expect(shape.channels === 3, `Expected model.channels to be 3 for the photographs of ${name}, got ${shape.channels}`);
  expect(
    shape.classes === undefined || shape.classes === classes,
    `Expected model.classes to be ${classes}, the classes of ${name}, got ${shape.classes}`,
  );
  expect(
    storedSideFor(shape.resolution) <= side,
    `Expected a resolution that photographs with a shorter side of ${side} px can show, got ${shape.resolution}`,
    `Set "resolution": ${shape.resolution} in ${settingsFile(folder)}, fetch the dataset again, and give its new identity in the grid.`,
  );
  expect(
    trainImages + minivalImages <= packed.trainImages,
    `${name} has ${packed.trainImages} training images (and ${packed.testImages} of test), the grid asks for ` +
      `${trainImages + minivalImages}: ${trainImages} to train on and ${minivalImages} to hold out`,
    `Leave data.images out of the grid or set it to ${packed.trainImages}, or lower data.trainImages or data.minivalImages.`,
  );
}
