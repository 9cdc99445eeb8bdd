import { spawn } from 'node:child_process';
import { sourceOrBuilt } from '../child/source-or-built.ts';
import { visibleDevice } from '../child/visible-device.ts';
import { measured, type Measured, type MeasureRequest } from './observation.ts';

/** Times of `withinMs` after which a process that measures is ended: its first probes alone take too long to wait for. */
const PATIENCE = 4;

/**
 * Measures in as many processes at once as will train at once, since they share caches, memory and sometimes cores.
 * Rejects when one of them fails, with its last output, or takes longer than `atMostMs`: on a GPU that is none (a driver in
 * software) a probe takes minutes.
 */
export function startMeasuring(
  request: MeasureRequest,
  processes: number,
  atMostMs: number = PATIENCE * request.withinMs,
): Promise<Measured[]> {
  return Promise.all(Array.from({ length: processes }, () => measureInChild(request, atMostMs)));
}

async function measureInChild(request: MeasureRequest, atMostMs: number): Promise<Measured> {
  const { file, execArgv } = sourceOrBuilt(import.meta.url, './main');
  const { device, env } = visibleDevice(request.device);
  const child = spawn(process.execPath, [...execArgv, file, JSON.stringify({ ...request, device })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-4000)));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, atMostMs);
  const end = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  clearTimeout(timer);
  if (isLate) {
    const seconds = Math.ceil(atMostMs / 1000);
    throw new Error(`Expected to have measured ${request.device} within ${seconds} s, got no answer`);
  }
  const line = said.split('\n').find((each) => each.startsWith('{'));
  if (line === undefined) throw new Error(`Expected what was measured, got ${end}: ${complaint.trim()}`);
  return measured.parse(JSON.parse(line));
}
