/** A hundred networks, ten seeds, and as many recipes as it takes. */
export function noopGrid(question: string, trials: number): string {
  return `
question: ${question}
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
recipe: { batchSize: 100, learningRate: 0.1 }
seeds: 10
axes:
  width: [0.25, 0.5, 0.75, 1, 1.5]
  depth: [8, 14, 20, 26, 32]
  resolution: [16, 20, 24, 28]
  epochs: [1]
  weightDecay: [${Array.from({ length: trials / 1000 }, (_, i) => (i + 1) * 1e-6).join(', ')}]
`;
}
