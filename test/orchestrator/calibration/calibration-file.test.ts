import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrationOf, mergeCalibrations, withTrial } from '../../../orchestrator/calibration/calibration.ts';
import {
  calibrationFile,
  calibrationKey,
  keepCalibration,
  readCalibration,
} from '../../../orchestrator/calibration/calibration-file.ts';
import { useFolders } from '../support/folders.ts';
import { plantedCalibration } from './planted.ts';

const place = { device: 'cpu', threads: 1, workers: 2 };

describe('a calibration', () => {
  const newFolder = useFolders();

  it('is read as it was kept, for the place that it holds for and no other', () => {
    const env = { SCALESWEEP_CALIBRATION: newFolder() };
    const key = calibrationKey(place);
    const calibration = { ...plantedCalibration(), key };
    expect(readCalibration(key, env)).toBeUndefined();
    keepCalibration(calibration, env);
    expect(readCalibration(key, env)).toEqual(calibration);
    for (const other of [{ device: 'cuda:0' }, { threads: 2 }, { workers: 1 }])
      expect(readCalibration(calibrationKey({ ...place, ...other }), env)).toBeUndefined();
  });

  it('that is torn, or of another version, counts as none', () => {
    const env = { SCALESWEEP_CALIBRATION: newFolder() };
    const key = calibrationKey(place);
    for (const content of ['{', JSON.stringify({ ...plantedCalibration(), key, v: 2 })]) {
      writeFileSync(calibrationFile(key, env)!, content);
      expect(readCalibration(key, env)).toBeUndefined();
    }
  });

  it('is neither kept nor read when that is switched off, and a folder that cannot be written is no failure', () => {
    const key = calibrationKey(place);
    const calibration = { ...plantedCalibration(), key };
    expect(calibrationFile(key, { SCALESWEEP_CALIBRATION: 'off' })).toBeUndefined();
    const folder = newFolder();
    writeFileSync(path.join(folder, 'file'), '');
    keepCalibration(calibration, { SCALESWEEP_CALIBRATION: path.join(folder, 'file', 'below') });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is the mean of what several processes measured, and gains a layout without losing another', () => {
    const { probes, assembly, cpuBlock, evaluationBatch } = plantedCalibration();
    const twice = probes.map((each) => ({ ...each, stepSeconds: 2 * each.stepSeconds }));
    const made = calibrationOf({ host: 'a' }, [
      { observations: probes, assembly, cpuBlock, evaluationBatch },
      { observations: twice, assembly, cpuBlock, evaluationBatch },
    ]);
    expect(made.probes[0]!.stepSeconds).toBeCloseTo(1.5 * probes[0]!.stepSeconds, 12);
    const plain = { ...made, probes: made.probes.map((each) => ({ ...each, block: 1 })) };
    const merged = mergeCalibrations(withTrial(made, probes[0]!, 2), plain);
    expect(new Set(merged.probes.map(({ block }) => block))).toEqual(new Set([1, 8]));
    expect(merged.trials).toHaveLength(1);
    expect(merged.restRatio).toBeGreaterThan(1);
    // Measured again, the old probes of the same layout are gone.
    expect(mergeCalibrations(merged, plain).probes).toHaveLength(merged.probes.length);
  });

  it('remembers a bounded number of trials, each network once', () => {
    let calibration = plantedCalibration();
    const [probe] = calibration.probes;
    for (let depth = 8; depth < 8 + 6 * 60; depth += 6) {
      const trial = { ...probe!, model: { ...probe!.model, depth } };
      calibration = withTrial(withTrial(calibration, trial, undefined), trial, undefined);
    }
    expect(calibration.trials).toHaveLength(48);
    expect(new Set(calibration.trials.map(({ model }) => model.depth)).size).toBe(48);
  });
});
