import { writeFileSync } from 'node:fs';
import { EXIT, ScalesweepError, systemCode, systemError } from '../../contract/index.ts';
import { starterGrid } from '../../grids/index.ts';
import { familyOf } from '../../models/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { starterData, type StarterDataOptions } from '../launch/plan/starter-data.ts';

export interface InitOptions extends JsonOption, StarterDataOptions {
  readonly family?: string;
}

/** Of small images, and cheap: what a first sweep is quick with. */
const FIRST_FAMILY = 'resnet-rs-small';
const IMAGENET_FAMILY = 'resnet-rs';

/** `scalesweep init`: writes a commented grid that `plan` accepts; never over a file that is there. */
export async function init(file: string, options: InitOptions, io: Io): Promise<number> {
  const data = await starterData(options, io.err);
  const family = familyOf(options.family ?? (data.name === 'imagenet' ? IMAGENET_FAMILY : FIRST_FAMILY));
  const { trainer } = options;
  const { text, trials } = starterGrid({ file, data, family, trainer });
  writeNew(file, text);
  if (options.json === true)
    printJson(io, { file, dataset: data.name, family: family.name, trainer: trainer ?? null, trials });
  else io.out(`Wrote ${file}: ${trials} trials on ${data.name}. Next: scalesweep plan ${file}`);
  return EXIT.done;
}

/** @throws {ScalesweepError} `USAGE` where there is such a file, `STORE_UNWRITABLE`, `DISK_FULL` */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new ScalesweepError('USAGE', `Expected the name of a new file, got ${file}, which is there`, {
        hint: 'Name another: scalesweep init OTHER.yaml. Nothing was written.',
      });
    }
    throw systemError(error, `write ${file}`) ?? error;
  }
}
