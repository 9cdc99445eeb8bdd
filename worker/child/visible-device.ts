import { parseDevice } from '../../contract/index.ts';

/** How a child process is told which device is its own. */
export interface VisibleDevice {
  /** What the child calls it. */
  readonly device: string;
  /** Added to the child's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A GPU's child sees that GPU alone, as `cuda:0`: whatever a library does by default, it does on the right one, and two
 * children cannot fill each other's memory. Other children see no CUDA device at all.
 */
export function visibleDevice(device: string): VisibleDevice {
  const { kind, index } = parseDevice(device) ?? {};
  if (kind === 'cuda')
    return { device: 'cuda:0', env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(index) } };
  return { device, env: { CUDA_VISIBLE_DEVICES: '' } };
}
