import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { Tensor } from './kernels';
import { loadTensorFlow } from './tensorflow';

interface OutputTensorMaker {
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): TensorFlow.Tensor;
  binding: { TF_FLOAT: number };
}

/** Hands a float32 tensor of the kernels over to tfjs, which frees it from now on; the caller must be its only owner. */
export function adoptTensor(tensor: Tensor): TensorFlow.Tensor {
  const backend = loadTensorFlow().backend() as unknown as OutputTensorMaker;
  return backend.createOutputTensor({ id: tensor.id, shape: tensor.shape, dtype: backend.binding.TF_FLOAT });
}
