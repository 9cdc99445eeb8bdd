/** How each operation is computed on every provider: one file and one line here for each. */
import type { Rules } from '../rule.ts';
import { activation } from './activation.ts';
import { add } from './add.ts';
import { avgPool } from './avg-pool.ts';
import { channelScale } from './channel-scale.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { dropPath } from './drop-path.ts';
import { dropout } from './dropout.ts';
import { globalPool } from './global-pool.ts';
import { input } from './input.ts';
import { maxPool } from './max-pool.ts';
import { norm } from './norm.ts';

export const portableRules: Rules = {
  input,
  conv,
  norm,
  activation,
  add,
  'channel-scale': channelScale,
  'max-pool': maxPool,
  'avg-pool': avgPool,
  'global-pool': globalPool,
  dropout,
  'drop-path': dropPath,
  dense,
};
