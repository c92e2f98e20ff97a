/**
 * Loads the binding at the path that is the first argument, multiplies two matrices on its device, and prints what it
 * found as one line of JSON. Run in a process of its own: a native library that does not suit the machine ends it.
 */
const binding = require(process.argv[2]);

const attribute = (name, type, value) => ({ name, type, value });
const matrix = (values) => binding.createTensor([2, 2], binding.TF_FLOAT, new Float32Array(values));
const [product] = binding.executeOp(
  'MatMul',
  [
    attribute('transpose_a', binding.TF_ATTR_BOOL, false),
    attribute('transpose_b', binding.TF_ATTR_BOOL, false),
    attribute('T', binding.TF_ATTR_TYPE, binding.TF_FLOAT),
  ],
  [matrix([1, 2, 3, 4]), matrix([5, 6, 7, 8])],
  1,
);
process.stdout.write(
  `${JSON.stringify({
    version: binding.TF_Version,
    usesGpu: binding.isUsingGpuDevice(),
    product: Array.from(binding.tensorDataSync(product.id)),
  })}\n`,
);
