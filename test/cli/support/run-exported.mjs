/**
 * node run-exported.mjs MODEL.onnx IMAGES LABELS
 *
 * A stranger to this project: reads an ONNX file's metadata, feeds it bytes as they say, and prints how many images it
 * puts into the right class. IMAGES: [count, channels, height, width] bytes; LABELS: [count] bytes.
 */
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import protobuf from 'protobufjs';

const [modelFile, imagesFile, labelsFile] = process.argv.slice(2);
const bytes = readFileSync(modelFile);
const schema = protobuf.parse(`
  syntax = "proto3";
  message Model { repeated Opset opset_import = 8; repeated Entry metadata_props = 14; Graph graph = 7; }
  message Entry { string key = 1; string value = 2; }
  message Opset { string domain = 1; int64 version = 2; }
  message Graph { repeated Node node = 1; repeated Value input = 11; }
  message Node { string op_type = 4; string domain = 7; }
  message Value { string name = 1; Type type = 2; }
  message Type { TensorType tensor_type = 1; }
  message TensorType { TensorShape shape = 2; }
  message TensorShape { repeated Dimension dim = 1; }
  message Dimension { int64 dim_value = 1; string dim_param = 2; }
`).root;
const model = schema.lookupType('Model').decode(bytes);
const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]));
const mean = JSON.parse(metadata.inputMean);
const std = JSON.parse(metadata.inputStd);
const [batchDim, channels, height, width] = model.graph.input[0].type.tensorType.shape.dim.map(
  ({ dimValue, dimParam }) => dimParam || Number(dimValue),
);

const pixels = readFileSync(imagesFile);
const labels = readFileSync(labelsFile);
const session = await ort.InferenceSession.create(bytes);
const [inputName] = session.inputNames;
const [outputName] = session.outputNames;
const perImage = channels * height * width;
// No divisor of the number of images: the last batch is shorter, which an open batch dimension allows.
const BATCH = 96;
let correct = 0;
for (let first = 0; first < labels.length; first += BATCH) {
  const count = Math.min(BATCH, labels.length - first);
  const values = new Float32Array(count * perImage);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / (height * width)) % channels;
    values[i] = (pixels[first * perImage + i] / 255 - mean[channel]) / std[channel];
  }
  const feeds = { [inputName]: new ort.Tensor('float32', values, [count, channels, height, width]) };
  const logits = (await session.run(feeds))[outputName];
  const classes = logits.dims[1];
  for (let i = 0; i < count; i++) {
    const row = Array.from(logits.data.subarray(i * classes, (i + 1) * classes));
    if (row.indexOf(Math.max(...row)) === labels[first + i]) correct++;
  }
}
const operations = [...new Set(model.graph.node.map(({ opType, domain }) => `${domain}:${opType}`))].toSorted((a, b) =>
  a < b ? -1 : 1,
);
const opsets = model.opsetImport.map(({ domain, version }) => `${domain}:${version}`);
process.stdout.write(JSON.stringify({ correct, count: labels.length, batchDim, operations, opsets, metadata }));
