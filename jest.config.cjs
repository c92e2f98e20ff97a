const TYPED_ARRAYS = ['Float32Array', 'Float64Array', 'Int32Array', 'Uint16Array', 'Uint32Array', 'Uint8Array'];

// What libs/finetune sets before it loads TensorFlow does not leave jest's sandbox, whose environment is a copy.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
// oneDNN compiles a product of every shape, which costs the tiny networks of specs a quarter more time than it saves; `npm start` in CI has it.
process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';

/** One run over the whole workspace, so that one report counts every test. */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  globalSetup: '<rootDir>/libs/testing/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/jest-global-teardown.ts',
  testEnvironment: '<rootDir>/libs/testing/jest-environment.cjs',
  transform: { '^.+\\.[mc]?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/(?!(hyparquet|hyparquet-compressors|hyparquet-writer|hysnappy)/)'],
  maxWorkers: 2,
  // Modules of many spec files pile up in a worker.
  workerIdleMemoryLimit: '1GB',
  // A global that is looked up in the sandbox costs a third of a microsecond, which loops over numbers pay for each of them. Names that
  // modules declare themselves, as lucide-react does `Map`, cannot be among these.
  sandboxInjectedGlobals: ['Array', 'JSON', 'Math', 'Number', 'Object', 'Set', 'String', ...TYPED_ARRAYS],
  testTimeout: 60_000,
};
