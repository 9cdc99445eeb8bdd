type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What TensorFlow must find in the environment when it is loaded, so that it does what was asked for and that alone.
 *
 * @param device `cpu` or `cuda:N`, N counting the GPUs that this process may see
 */
export function nativeEnvironment(device: string, threads: number, env: Environment): Record<string, string> {
  return {
    CUDA_VISIBLE_DEVICES: visibleGpu(device, env['CUDA_VISIBLE_DEVICES']),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // Without it a process takes all of a GPU's memory, even if it needs little.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // The same algorithms each time, so that a trial repeats; and float32 that is float32, since a trial's id says
    // nothing of the GPU: TensorFloat-32 keeps 10 of 23 bits.
    TF_CUDNN_DETERMINISTIC: '1',
    NVIDIA_TF32_OVERRIDE: '0',
    // Notices of what hardware was found; warnings stay.
    TF_CPP_MIN_LOG_LEVEL: '1',
  };
}

/** The device's entry in what a scheduler left visible; -1, as CUDA has it, for none. */
function visibleGpu(device: string, visible: string | undefined): string {
  if (device === 'cpu') return '-1';
  const index = Number(device.slice('cuda:'.length));
  if (visible === undefined) return String(index);
  // An entry that is not there hides every GPU, and the engine then says that none was found.
  return visible.split(',')[index]?.trim() ?? '-1';
}
