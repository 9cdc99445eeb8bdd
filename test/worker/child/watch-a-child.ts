/** Starts a child that speaks five times a second, and says what a watchdog with a limit of 1.5 s thinks of it. */
import { spawn } from 'node:child_process';
import { startWatchdog } from '../../../worker/child/watchdog.ts';

const child = spawn(process.execPath, ['-e', 'setInterval(() => console.log("."), 200)'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const watchdog = startWatchdog({
  limitMs: () => 1500,
  onSilence: () => console.log('silent'),
  everyMs: 375,
});
child.stdout.on('data', () => {
  watchdog.heard();
  console.log(`heard child ${child.pid}`);
});
