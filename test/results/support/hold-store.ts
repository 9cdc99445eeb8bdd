// Opens a store to run sweeps on it, says so, and stays until it is killed.
import { openStore } from '../../../results/index.ts';

const store = openStore(process.argv[2] ?? '', { mode: 'run' });
console.log('open');
setInterval(() => store.sweeps(), 1000);
