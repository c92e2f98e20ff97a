export * from './encoder/build-encoder-model';
export type { HeadActivation } from './encoder/outputs';
export * from './quantization/quantize-dynamic';
export * from './session/onnx-session';
