import type { ModelSpec } from '../../contract/index.ts';
import { buildNetwork, type Network } from '../../models/index.ts';
import { workloadOf, type ValueLayout, type Workload, chooseLayout, layoutIn } from '../../compiler/index.ts';
import type { Calibration } from './calibration.ts';
import { fitRates, secondsOf, type Rates } from './fit-rates.ts';

/** Of a finished trial against a probe: it is what predictions are for, and ran for longer. */
const TRIAL_WEIGHT = 3;

/** Seconds of the two things that a network does. */
export interface NetworkTimes {
  /** Channels kept together by the layout it is trained in. */
  readonly block: number;
  /** One training step. */
  readonly step: number;
  /** One batch of the evaluation. */
  readonly evaluation: number;
}

/** Rates of both passes in one layout. */
interface LayoutRates {
  readonly step: Rates;
  readonly evaluation: Rates;
}

/** Predicts networks from a calibration, which it takes as it is: make another when it has changed. */
export class NetworkPredictor {
  readonly #calibration: Calibration;
  readonly #device: string;
  readonly #rates = new Map<number, LayoutRates | undefined>();

  constructor(calibration: Calibration, device: string) {
    this.#calibration = calibration;
    this.#device = device;
  }

  /** `undefined` when the layout that the network is trained in was not measured. */
  times(model: ModelSpec, batch: number): NetworkTimes | undefined {
    const network = buildNetwork(model);
    const layout = this.layoutOf(network, batch);
    const { block } = layout;
    const rates = this.#ratesOf(block);
    if (rates === undefined) return undefined;
    return {
      block,
      step: secondsOf(workloadOf(network, batch, layout), rates.step),
      evaluation: secondsOf(workloadOf(network, this.#calibration.evaluationBatch, layout), rates.evaluation),
    };
  }

  layoutOf(network: Network, batch: number): ValueLayout {
    return chooseLayout(network, this.#device, batch, this.#calibration.cpuBlock);
  }

  #ratesOf(block: number): LayoutRates | undefined {
    if (!this.#rates.has(block)) this.#rates.set(block, fitLayout(this.#calibration, block));
    return this.#rates.get(block);
  }
}

function fitLayout({ probes, trials, evaluationBatch }: Calibration, block: number): LayoutRates | undefined {
  const timed = (of: Calibration['probes'], weight: number) =>
    of
      .filter((each) => each.block === block)
      .map(({ model, batch, stepSeconds }) => ({
        work: workIn(block, model, batch),
        seconds: stepSeconds,
        weight,
      }));
  const ofProbes = timed(probes, 1);
  if (ofProbes.length === 0) return undefined;
  const ofTrials = timed(trials, TRIAL_WEIGHT);
  const first = fitRates(ofProbes);
  // Where trials run slower than probes did, the networks that no trial has shown will as well.
  const logs = ofTrials.map(({ work, seconds }) => Math.log(seconds / secondsOf(work, first)));
  const pace = logs.length === 0 ? 1 : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  const evaluations = probes.flatMap(({ model, batch, block: own, evaluationSeconds }) =>
    own !== block || evaluationSeconds === null
      ? []
      : [{ work: workIn(block, model, batch, evaluationBatch), seconds: evaluationSeconds, weight: 1 }],
  );
  return {
    step:
      ofTrials.length === 0
        ? first
        : fitRates([...ofProbes.map((each) => ({ ...each, seconds: each.seconds * pace })), ...ofTrials]),
    evaluation: fitRates(evaluations),
  };
}

/** The work of a pass over `images` in the layout that the network has for steps of `batch` images. */
function workIn(block: number, model: ModelSpec, batch: number, images = batch): Workload {
  const network = buildNetwork(model);
  return workloadOf(network, images, layoutIn(network, block, batch));
}
