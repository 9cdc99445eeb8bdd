import ort from './runtime.ts';
import { providerOptions } from './providers.ts';
import type { CompileOptions, Fetches, Tensors } from './tensors.ts';

export interface BoundSession {
  run(feeds: Tensors, fetches: Fetches): Promise<Tensors>;
  /** It holds nothing between two runs. */
  forget(): void;
  close(): Promise<void>;
}

/** A graph on any device, run through ONNX Runtime's binding for Node.js. */
export async function openBound(
  model: Uint8Array,
  device: string,
  threads: number,
  { resident = [], optimisation = 'all' }: CompileOptions = {},
): Promise<BoundSession> {
  const session = await ort.InferenceSession.create(model, {
    ...providerOptions(device),
    ...(resident.length > 0 ? { preferredOutputLocation: locations(resident) } : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: optimisation,
    // A pattern plans one block for all later runs while the first run's own stays: 574 MB at its peak where the arena
    // alone takes 370 (ResNet-20, batch 128), and no faster.
    enableMemPattern: false,
    // Warnings of the graph optimiser are of no use to a reader.
    logSeverityLevel: 3,
  });
  return {
    run: (feeds, fetches) => session.run(feeds, fetches),
    forget: () => undefined,
    close: () => session.release(),
  };
}

function locations(resident: readonly string[]): Record<string, 'gpu-buffer'> {
  return Object.fromEntries(resident.map((name) => [name, 'gpu-buffer'] as const));
}
