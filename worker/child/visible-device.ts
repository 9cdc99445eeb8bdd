import { parseDevice, ScalesweepError } from '../../contract/index.ts';

/** How a child process is told which device is its own. */
interface VisibleDevice {
  /** What the child calls it. */
  readonly device: string;
  /** Added to the child's environment. */
  readonly env: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A GPU's child sees that GPU alone, as `cuda:0`: whatever a library does by default, it does on the right one, and two
 * children cannot fill each other's memory. Other children see no CUDA device at all.
 *
 * `cuda:N` counts among the devices that this process was given: where a scheduler has set CUDA_VISIBLE_DEVICES (indices,
 * UUIDs, MIG ids), the child gets its N-th entry as it stands there, and never somebody else's GPU.
 *
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE` where it was given fewer
 */
export function visibleDevice(device: string, inherited: Environment = process.env): VisibleDevice {
  const { kind, index } = parseDevice(device) ?? {};
  if (kind !== 'cuda' || index === undefined) return { device, env: { CUDA_VISIBLE_DEVICES: '' } };
  const given = inherited['CUDA_VISIBLE_DEVICES'];
  // Indices count in the order of the bus, as nvidia-smi shows them, unless whoever set them had another in mind.
  if (given === undefined)
    return { device: 'cuda:0', env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(index) } };
  const devices = devicesOf(given);
  const own = devices[index];
  if (own !== undefined) return { device: 'cuda:0', env: { CUDA_VISIBLE_DEVICES: own } };
  throw new ScalesweepError(
    'DEVICE_UNAVAILABLE',
    `Expected ${device} among the devices that CUDA_VISIBLE_DEVICES gives this process, got '${given}': ${devices.length} device${devices.length === 1 ? '' : 's'}`,
    {
      hint:
        devices.length === 0
          ? 'Ask the scheduler for a GPU (Slurm: --gres=gpu:1), or train with --devices cpu.'
          : `Use ${devices.map((_, n) => `cuda:${n}`).join(', ')}: they count within what the scheduler gave.`,
    },
  );
}

/** As CUDA reads the variable: an entry that names no device hides all that follow. */
function devicesOf(given: string): string[] {
  const entries = given.split(',').map((entry) => entry.trim());
  const end = entries.findIndex((entry) => !/^(?:\d+|GPU-[\w-]+|MIG-[\w/-]+)$/.test(entry));
  return end < 0 ? entries : entries.slice(0, end);
}
