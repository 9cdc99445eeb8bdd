/** The parts of the test suite, and which files belong to which: every test file to exactly one. */
export interface Project {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Its tests start processes of the program: dist/ is built first, and they run from there. */
  readonly startsProcesses: boolean;
}

/** Minutes long, or in need of what `npm ci` does not bring: PyTorch, TensorFlow.js, a browser's Vulkan driver. */
const SLOW = ['test/**/*.slow.test.ts'];

/** Over Redis, between processes. */
const REDIS = ['test/redis/**/*.test.ts'];

/** Trains a network, starts workers, or registers a family: a process does that once. */
const TRAINING = [
  'test/{bench,cli,examples,extending,golden}/**/*.test.ts',
  'test/worker/{engines,loader,onnx,process,tensorflow,torch,training}/**/*.test.ts',
  'test/compiler/stored-layout.test.ts',
  'test/grids/families.test.ts',
  'test/orchestrator/local-dispatch.test.ts',
  'test/results/processes.test.ts',
];

export const projects = {
  unit: { include: ['test/**/*.test.ts'], exclude: [...SLOW, ...REDIS, ...TRAINING], startsProcesses: false },
  training: { include: TRAINING, exclude: [...SLOW, ...REDIS], startsProcesses: true },
  redis: { include: REDIS, exclude: SLOW, startsProcesses: true },
  slow: { include: SLOW, exclude: [], startsProcesses: true },
} satisfies Record<string, Project>;
