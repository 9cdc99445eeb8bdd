// Finishes the trials of a sweep, one transaction after another, printing each; then stops in the middle of a last one.
import { openStore } from '../../../results/index.ts';
import { epochMetrics, resultOf } from '../../fixtures/result.ts';

const [file = '', sweep = '', stopAfter = '0'] = process.argv.slice(2);
const store = openStore(file, { mode: 'run' });
for (let count = 0; ; count++) {
  const [waiting] = store.nextTrials(sweep, 1, 0);
  if (waiting === undefined) break;
  const { id } = waiting.trial;
  const attempt = store.claim(id, { worker: 'w', device: 'cpu', now: 1 }) ?? 0;
  if (count === Number(stopAfter)) {
    store.batch(() => {
      store.recordEpochs(id, attempt, [epochMetrics(1)]);
      store.finish(id, attempt, resultOf(0.5), 2);
      process.stdout.write(`half-way ${id}\n`);
      // Waits in the middle of the transaction for the signal that ends it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  }
  store.finish(id, attempt, resultOf(0.5), 2);
  console.log(`done ${id}`);
}
