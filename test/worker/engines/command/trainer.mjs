#!/usr/bin/env node
// A trainer that follows the protocol and trains nothing of use: its state after step n depends on the seed and on n alone.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { trial, steps, folder, resume } = JSON.parse(readFileSync(process.env.SCALESWEEP_TRIAL, 'utf8'));
const { spec } = trial;
const tell = (event) => writeSync(Number(process.env.SCALESWEEP_EVENTS_FD), `${JSON.stringify(event)}\n`);
/** As Python writes what is no number. */
const tellPlainly = (text) => writeSync(Number(process.env.SCALESWEEP_EVENTS_FD), `${text}\n`);

let state = createHash('sha256').update(`seed ${spec.seed}`).digest('hex');
let step = 0;
if (resume !== null) ({ state, step } = JSON.parse(readFileSync(resume.file, 'utf8')));
tell({ type: 'hello', v: 1, resumedFromStep: step, environment: { node: process.version } });

const save = () => {
  const file = `step-${step}.json`;
  writeFileSync(path.join(folder, file), JSON.stringify({ state, step }));
  tell({ type: 'checkpoint', step, file });
};
process.on('SIGTERM', () => {
  save();
  process.exit(0);
});

// As a true network of this width would.
const weights = new Float32Array((4 * spec.model.width) ** 2 * 9);
const fraction = (salt) =>
  parseInt(createHash('sha256').update(`${state} ${salt} ${weights.length}`).digest('hex').slice(0, 8), 16) / 2 ** 32;
while (step < steps.total) {
  if (spec.recipe.learningRate > 1e6) tellPlainly(`{"type": "progress", "step": ${step + 1}, "loss": NaN}`);
  state = createHash('sha256').update(`${state} ${step}`).digest('hex');
  step++;
  await sleep(5);
  tell({ type: 'progress', step, loss: fraction('loss') });
  if (step % steps.perEpoch !== 0) continue;
  const metrics = { trainLoss: fraction('loss'), trainTop1: fraction('train'), minivalTop1: fraction('minival') };
  tell({ type: 'epoch', epoch: step / steps.perEpoch, step, learningRate: 0.1, ...metrics });
  save();
}
tell({
  type: 'done',
  minivalTop1: fraction('minival'),
  testTop1: fraction('test'),
  trainTop1: fraction('train'),
  weightsDigest: state,
});
