import { describe, expect, it } from 'vitest';
import { makeTrial, type Trial } from '../../../contract/index.ts';
import { packToWorker, parseToWorker, PROTOCOL_VERSION, type RunMessage } from '../../../worker/protocol/protocol.ts';
import { noopTrial } from '../../orchestrator/support/trials.ts';

const first = noopTrial(1);
/** Further seeds of a trial's cell, with its parts. */
const seedOf = ({ spec }: Trial, seed: number): Trial => makeTrial({ ...spec, seed });
const longer = makeTrial({ ...first.spec, epochs: first.spec.epochs + 1, seed: 2 });
const other = makeTrial({ ...first.spec, recipe: { ...first.spec.recipe, learningRate: 0.25 } });

const run = (...trials: readonly Trial[]): RunMessage => ({
  v: PROTOCOL_VERSION,
  type: 'run',
  attempts: trials.map((trial) => ({ trial, attempt: 1 })),
  device: 'cpu',
  threads: 1,
  checkpointDir: '/tmp/checkpoints',
});
const sent = (message: RunMessage): RunMessage => JSON.parse(JSON.stringify(packToWorker(message))) as RunMessage;

describe('trials on their way', () => {
  const trials = [first, seedOf(first, 7), longer, other, seedOf(other, 8), first];

  it('arrive as they were sent, packed or whole', () => {
    expect(parseToWorker(sent(run(...trials)))).toEqual(run(...trials));
    expect(parseToWorker(JSON.parse(JSON.stringify(run(...trials))))).toEqual(run(...trials));
  });

  it('say once what seeds of a cell have in common', () => {
    const parts = sent(run(...trials)).attempts.map(({ trial }) => Object.keys(trial.spec).sort());
    const whole = ['data', 'engine', 'epochs', 'model', 'recipe', 'seed'];
    expect(parts).toEqual([
      whole,
      ['seed'],
      ['epochs', 'seed'],
      ['epochs', 'recipe', 'seed'],
      ['seed'],
      ['recipe', 'seed'],
    ]);
  });

  it('can be packed again by whoever passes them on', () => {
    const passedOn = parseToWorker(sent(run(...trials))) as RunMessage;
    expect(sent(passedOn)).toEqual(sent(run(...trials)));
  });

  it('are refused when the first is not whole', () => {
    const message = sent(run(first, seedOf(first, 7)));
    expect(() => parseToWorker({ ...message, attempts: message.attempts.slice(1) })).toThrow(/first trial to be whole/);
  });

  it('are refused when one stands under the id of another', () => {
    const message = sent(run(first, seedOf(first, 7)));
    message.attempts[1]!.trial = { ...message.attempts[1]!.trial, id: first.id };
    expect(() => parseToWorker(message)).toThrow(/hash of the spec/);
  });
});
