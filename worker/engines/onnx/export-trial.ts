import { canonicalJson, type Trial, type TrialResult } from '../../../contract/index.ts';
import { buildNetwork, dimsOf } from '../../../models/index.ts';
import type { TrainedWeights } from '../../storage/weights.ts';
import { buildInferenceModel, INPUT_NAME, OUTPUT_NAME } from '../../../compiler/index.ts';

export interface ExportedModel {
  readonly bytes: Uint8Array;
  /** As in the file, under `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A finished trial's network as an ONNX file that says itself where it comes from and what it wants to be fed.
 *
 * Metadata, all texts: `trial`, `spec` (JSON), `dataset`, `datasetIdentity`, `classes`, `classNames` (a JSON array
 * in the order of the logits; left out where they are not known), `input`, `inputMean` and `inputStd` (JSON arrays, one
 * number per channel), `output`, `weights`, `weightsDigest`, `minivalTop1` and `testTop1` (fractions of 1, `null` where not
 * measured), `scalesweep` (the version that wrote it).
 */
export function exportTrial(
  trial: Trial,
  result: TrialResult,
  weights: TrainedWeights,
  version: string,
): ExportedModel {
  const { model, data } = trial.spec;
  const network = buildNetwork(model);
  const dims = dimsOf(network.nodes[0]!.shape);
  const metadata = {
    scalesweep: version,
    trial: trial.id,
    spec: canonicalJson(trial.spec),
    dataset: data.name,
    datasetIdentity: data.identity,
    classes: String(network.classes),
    ...(weights.classNames === undefined ? {} : { classNames: JSON.stringify(weights.classNames) }),
    input:
      `${INPUT_NAME}: float32 [batch, ${dims.join(', ')}], ` +
      `${dims[0] === 3 ? 'red, green, blue' : 'channels as in the dataset'}; ` +
      'each value is (byte / 255 - inputMean[channel]) / inputStd[channel]',
    inputMean: JSON.stringify(weights.mean),
    inputStd: JSON.stringify(weights.std),
    output: `${OUTPUT_NAME}: float32 [batch, ${network.classes}], before softmax, in the order of the dataset's labels`,
    weights: weights.average ? 'moving average' : 'last step',
    weightsDigest: weights.digest,
    minivalTop1: JSON.stringify(result.minivalTop1),
    testTop1: JSON.stringify(result.testTop1),
  };
  return { bytes: buildInferenceModel(network, weights.params, weights.stats, metadata), metadata };
}
