import { spawn } from 'node:child_process';
import { z } from 'zod';
import { sourceOrBuilt } from './source-or-built.ts';

const answer = z.object({ device: z.string(), error: z.string().optional(), hint: z.string().optional() });

/** What came of trying a device: it works where `error` is undefined. */
type DeviceTrial = z.infer<typeof answer>;

/** Tries devices in one child process, one after another. Those that it did not live to speak of have an error that says so. */
export async function tryDevices(devices: readonly string[]): Promise<DeviceTrial[]> {
  const { file, execArgv } = sourceOrBuilt(import.meta.url, './probe-main');
  const child = spawn(process.execPath, [...execArgv, file, ...devices], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const end = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const answers = said.split('\n').flatMap((line) => (line.startsWith('{') ? [answer.parse(JSON.parse(line))] : []));
  return devices.map(
    (device) =>
      answers.find((each) => each.device === device) ?? { device, error: `The process that tried it ended: ${end}` },
  );
}
