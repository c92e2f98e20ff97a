const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/** What was compiled, by file: the source, and a script of it that runs in the sandbox of any spec file. */
const compiled = new Map();
const { compileFunction } = vm;

/**
 * Jest has every module compiled anew for each spec file, which takes a tenth of the processor time of all specs. A worker keeps what it
 * compiled, with the functions inside that were called.
 */
vm.compileFunction = function (source, parameters, options) {
  const { filename = '', parsingContext, importModuleDynamically } = options ?? {};
  if (!parsingContext || filename.endsWith('.spec.ts') || source.startsWith('#!')) return compileFunction(source, parameters, options);
  const opening = `(function (${parameters.join(', ')}) {`;
  let known = compiled.get(filename);
  if (known?.source !== source || known.opening !== opening) {
    const made = { source, opening };
    made.script = new vm.Script(`${opening}${source}\n})`, {
      filename,
      columnOffset: -opening.length,
      // Of the spec file that runs now.
      importModuleDynamically: (...given) => made.importModuleDynamically(...given),
    });
    compiled.set(filename, made);
    known = made;
  }
  known.importModuleDynamically = importModuleDynamically;
  return known.script.runInContext(parsingContext);
};

const SHARED_GLOBALS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/**
 * Jest's sandbox has typed arrays of its own, which native code (ONNX Runtime) does not recognise as the
 * host's. This environment hands the sandbox the host's.
 */
module.exports = class NativeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of SHARED_GLOBALS) this.global[name] = globalThis[name];
  }
};
