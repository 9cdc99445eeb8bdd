/** ONNX Runtime's binding, loaded without its telemetry: what trains and evaluates takes it from here. */
import './without-telemetry.ts';
import ort from 'onnxruntime-node';

export default ort;
