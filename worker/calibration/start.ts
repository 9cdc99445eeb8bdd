import { spawn } from 'node:child_process';
import { sourceOrBuilt } from '../child/source-or-built.ts';
import { visibleDevice } from '../child/visible-device.ts';
import { measured, type Measured, type MeasureRequest } from './observation.ts';

/**
 * Measures in as many processes at once as will train at once, since they share caches, memory and sometimes cores.
 * Rejects when one of them fails, with its last words.
 */
export function startMeasuring(request: MeasureRequest, processes: number): Promise<Measured[]> {
  return Promise.all(Array.from({ length: processes }, () => measureInChild(request)));
}

async function measureInChild(request: MeasureRequest): Promise<Measured> {
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
  const end = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const line = said.split('\n').find((each) => each.startsWith('{'));
  if (line === undefined) throw new Error(`Expected what was measured, got ${end}: ${complaint.trim()}`);
  return measured.parse(JSON.parse(line));
}
