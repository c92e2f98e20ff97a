/**
 * Loads ONNX Runtime by the name that is the first argument and prints its version. Run in a process of its own: a
 * native library that does not suit the machine ends it. The package belongs to the onnx library, so it is looked for there.
 */
const { createRequire } = require('node:module');

const runtime = createRequire(require.resolve('@attune/onnx'))(process.argv[2]);
const tensor = new runtime.Tensor('float32', [1], [1]);
if (typeof runtime.InferenceSession.create !== 'function' || tensor.size !== 1) throw new Error('It lacks its functions.');
process.stdout.write(`${runtime.env.versions.node ?? runtime.env.versions.common}\n`);
