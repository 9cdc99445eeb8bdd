import './without-telemetry.ts';

/** Loads ONNX Runtime, which proves that its native part is there. @throws what loading it throws */
export async function probeOnnx(): Promise<void> {
  const runtime = await import('onnxruntime-node');
  // Of its providers it names all that it was built for, so the list itself tells nothing of this machine.
  runtime.listSupportedBackends();
}
