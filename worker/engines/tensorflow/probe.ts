import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../../contract/index.ts';
import { CPU_PACKAGE, findPackage, GPU_PACKAGE, installCommand, TFJS_VERSION, type NativePackage } from './packages.ts';

/** What can be had of TensorFlow on this machine. */
export interface Probe {
  /** Packages, and the devices that they train on. */
  readonly found: string;
  /** Why it cannot be used at all. */
  readonly error?: string;
  /** How to get what is missing. */
  readonly mend?: string;
}

/** Loading the library takes seconds; a minute is one that hangs. */
const LOADING_MS = 60_000;

/** Loads the package, and prints what it computes on. In a child process: a crash there does not reach this one. */
const ASK = `
  const util = require('node:util');
  util.isArray ??= Array.isArray;
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = require(process.argv[1]);
  const device = tf.backend().isUsingGpuDevice ? 'cuda' : 'cpu';
  process.stdout.write('\\n' + JSON.stringify({ device, sum: tf.add(1, 2).dataSync()[0] }) + '\\n');
`;

/** @param from a file; packages are looked for as it would import them */
export async function probeTensorflow(from: string = import.meta.url): Promise<Probe> {
  const packages = [GPU_PACKAGE, CPU_PACKAGE].map((name) => findPackage(name, from)).filter((one) => one !== undefined);
  const anything = `For an NVIDIA GPU: ${installCommand(GPU_PACKAGE)}. For the CPU: npm install --no-save ${CPU_PACKAGE}@${TFJS_VERSION}`;
  if (packages.length === 0) return { found: '', error: 'not installed', mend: anything };
  const answers = await Promise.all(packages.map(async (one) => ({ one, ...(await ask(one)) })));
  const working = answers.filter(({ device }) => device !== undefined);
  const found = answers
    .map(
      ({ one, device, error }) => `${one.name} ${one.version}: ${device === undefined ? error : `trains on ${device}`}`,
    )
    .join('; ');
  if (working.length === 0) return { found, error: found, mend: installCommand(packages[0]!.name) };
  const lacksGpu =
    packages.some(({ name }) => name === GPU_PACKAGE) && working.every(({ device }) => device !== 'cuda');
  return lacksGpu
    ? {
        found,
        mend: 'It found no GPU: the driver, CUDA 11.2 and cuDNN 8.1 must lie where the linker looks (docs/gpu.md).',
      }
    : { found };
}

async function ask({ folder, isComplete }: NativePackage): Promise<{ device?: 'cpu' | 'cuda'; error?: string }> {
  if (!isComplete) return { error: 'its native library is missing' };
  try {
    const options = { timeout: LOADING_MS, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', ASK, folder], options);
    const { device, sum } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { device: 'cpu' | 'cuda'; sum: number };
    return sum === 3 ? { device } : { error: `does not add: 1 + 2 = ${sum}` };
  } catch (error) {
    return { error: `does not load: ${causeIn(messageOf(error))}` };
  }
}

/** The line with the cause, in what a crashed process printed. */
function causeIn(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines[0]!;
}
