import { mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { ScalesweepError, type TrainerSpec, type Trial } from '../../../contract/index.ts';
import { describeEnvironment } from '../../process/environment.ts';
import { datasetCacheDir } from '../../storage/paths.ts';
import { stepsOf, type Steps } from '../../training/schedule.ts';
import type { Engine, TrialContext } from '../engine.ts';
import { followTrainer } from './follow.ts';
import { asksFor, fillIn, imagesFile, initialWeightsFile, settingsOf, splitFile } from './inputs.ts';
import { openLog } from './log-file.ts';
import { programDigest } from './program-digest.ts';
import { requireAllowed, type AllowedPrograms } from './programs.ts';
import { TRAINER_PROTOCOL, type TrainerTask } from './protocol.ts';
import { layOut, type SavedState } from './saved-state.ts';

export interface CommandEngineOptions {
  readonly allowed: AllowedPrograms;
  /** Where datasets are kept, for trainers that ask for their images. */
  readonly cacheDir?: string;
  /** Between two reports of progress, ms. @defaultValue 250 */
  readonly progressMs?: number;
}

/** Any program as trainer; docs/trainers.md describes the protocol. */
export function makeCommandEngine(options: CommandEngineOptions): Engine {
  const { allowed, cacheDir = datasetCacheDir(), progressMs = 250 } = options;
  const environment = describeEnvironment();
  return {
    name: 'command',
    close: () => Promise.resolve(),
    run: async (trial, context) => {
      const trainer = trainerOf(trial);
      const program = requireAllowed(allowed, trainer.name);
      const folder = await makeFolder(context.checkpoints.folder);
      const log = await openLog(`${context.checkpoints.folder}.log`);
      try {
        const { state, passedOver } = await layOut(context.checkpoints, folder);
        const task = await writeTask({ trial, trainer, context, folder, state, cacheDir });
        const args = fillIn(trainer.arguments, task.values);
        const argv = [...program.run, ...args];
        const digest = await programDigest(program.run, trainer.arguments);
        return await followTrainer({
          trial,
          context,
          program,
          argv,
          folder,
          task: task.file,
          steps: task.steps,
          state,
          passedOver,
          log,
          environment: {
            ...environment,
            trainer: trainer.name,
            command: argv.join(' ').slice(0, 1000),
            ...(digest === undefined ? {} : { trainerDigest: digest }),
          },
          progressMs,
        });
      } finally {
        await log.close();
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        // Gone as well if nothing was saved there.
        await rmdir(context.checkpoints.folder).catch(() => undefined);
      }
    },
  };
}

function trainerOf({ spec }: Trial): TrainerSpec {
  const { trainer } = spec.engine;
  if (trainer !== undefined) return trainer;
  throw new ScalesweepError('USAGE', 'Expected a trial that names its trainer, got one without');
}

/** Folders of attempts that were killed are removed when nobody has touched them for this long, ms. */
const ABANDONED_MS = 60 * 60_000;
const PREFIX = 'trainer-';

/** A folder for this attempt: a late attempt of the same trial elsewhere may share the checkpoints. */
async function makeFolder(checkpoints: string): Promise<string> {
  const names = await readdir(checkpoints).catch(() => []);
  for (const name of names.filter((found) => found.startsWith(PREFIX))) {
    const old = path.join(checkpoints, name);
    const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(old, { recursive: true, force: true }).catch(() => undefined);
  }
  const folder = path.resolve(checkpoints, `${PREFIX}${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

interface TaskOptions {
  readonly trial: Trial;
  readonly trainer: TrainerSpec;
  readonly context: TrialContext;
  readonly folder: string;
  readonly state: SavedState | undefined;
  readonly cacheDir: string;
}

interface WrittenTask {
  readonly file: string;
  readonly steps: Steps;
  /** For the placeholders among the arguments. */
  readonly values: Readonly<Record<string, string>>;
}

async function writeTask({ trial, trainer, context, folder, state, cacheDir }: TaskOptions): Promise<WrittenTask> {
  const { spec } = trial;
  const asks = (what: 'data' | 'split' | 'weights'): boolean => asksFor(trainer.arguments, what);
  const data = asks('data') ? path.resolve(await imagesFile(spec, cacheDir)) : null;
  const weights = asks('weights') ? await initialWeightsFile(spec, path.join(folder, 'weights.safetensors')) : null;
  const split = asks('split') ? await splitFile(spec, cacheDir, path.resolve(folder, 'split.json')) : null;
  const { device, threads } = context;
  const steps = stepsOf(spec.recipe, spec.data.trainImages, spec.epochs);
  const resume = state === undefined ? null : { step: state.step, file: state.file };
  const task: TrainerTask = { v: TRAINER_PROTOCOL, trial, device, threads, steps, folder, resume, data, weights };
  const file = path.join(folder, 'trial.json');
  await writeFile(file, JSON.stringify(task, undefined, 2));
  const given = {
    ...(data === null ? {} : { data }),
    ...(split === null ? {} : { split }),
    ...(weights === null ? {} : { weights }),
  };
  return { file, steps, values: { ...settingsOf(spec), trial: file, device, threads: String(threads), ...given } };
}
