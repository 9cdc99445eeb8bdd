/**
 * Tries the devices given as arguments, in a process of its own: a driver that prints or crashes does so here. Prints one
 * line of JSON for each: `{ device, error?, hint? }`.
 */
import { isScalesweepError, messageOf } from '../../contract/index.ts';
import { requireDevice } from '../engines/onnx/require-device.ts';

for (const device of process.argv.slice(2)) {
  let problem: { error: string; hint?: string | undefined } | undefined;
  try {
    await requireDevice(device);
  } catch (error) {
    problem = { error: messageOf(error), hint: isScalesweepError(error) ? error.hint : undefined };
  }
  process.stdout.write(`${JSON.stringify({ device, ...problem })}\n`);
}
