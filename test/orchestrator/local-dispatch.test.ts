import { makeLocalDispatcher } from '../../orchestrator/dispatch/local.ts';
import { describeDispatcher } from './dispatch-conformance.ts';

describeDispatcher({
  name: 'local',
  make: (folder, onSettled) =>
    makeLocalDispatcher({
      workers: 2,
      checkpointDir: folder,
      clearCheckpoints: async (trial) => onSettled(trial),
    }),
});
