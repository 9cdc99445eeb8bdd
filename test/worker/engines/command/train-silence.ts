/** One attempt with a trainer that speaks five times a second and may be silent for one; prints how it ended. */
import { DONE, HELLO, runScript } from './script.ts';

const PROGRESS = `echo '{"type":"progress","step":1,"loss":0.5}' >&3`;
const { end } = await runScript({
  folder: process.argv[2]!,
  lines: [HELLO, `for i in $(seq 35); do ${PROGRESS}; sleep 0.2; done`, DONE],
  program: { silenceSeconds: 1 },
  onEvent: ({ type }) => {
    if (type === 'started') console.log('started');
  },
});
console.log(`ended ${JSON.stringify(end)}`);
