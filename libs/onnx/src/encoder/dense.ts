import { AttuneError, type NamedTensor } from '@attune/artifact';
import type { GraphBuilder } from '../graph/graph-builder';
import { floatTensor, transpose } from '../protobuf/tensors';

/** A graph under construction and the parameters it takes from, by canonical name. */
export interface ModelParts {
  graph: GraphBuilder;
  weights: ReadonlyMap<string, NamedTensor>;
}

/** The parameter of that name; throws `bad-model` where the weights lack it or its shape is another. */
export function parameter({ weights }: ModelParts, name: string, shape: number[]): NamedTensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new AttuneError('bad-model', `The weights have no tensor "${name}"`);
  if (tensor.shape.join() !== shape.join()) {
    throw new AttuneError('bad-model', `Tensor "${name}" has shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`);
  }
  return tensor;
}

/** Adds a parameter to the graph as it is, and returns its name. */
export function parameterValue(parts: ModelParts, name: string, shape: number[]): string {
  return parts.graph.initializer(floatTensor(name, shape, parameter(parts, name, shape).values));
}

/** `value · weightᵀ + bias` for a weight `[out, in]`; the scale, where given, multiplies the result. */
export function dense(parts: ModelParts, value: string, name: string, out: number, input: number, scale = 1): string {
  const { graph } = parts;
  const product = project(parts, value, name, out, input, scale);
  const bias = parameter(parts, `${name}.bias`, [out]).values.map((x) => x * scale);
  return graph.node('Add', `${name}/Add`, [product, graph.initializer(floatTensor(`${name}.bias`, [out], bias))]);
}

/** `value · weightᵀ` for a weight `[out, in]`; the scale, where given, multiplies the result. */
export function project(parts: ModelParts, value: string, name: string, out: number, input: number, scale = 1): string {
  const weight = transpose(parameter(parts, `${name}.weight`, [out, input]).values, out, input).map((x) => x * scale);
  const transposed = parts.graph.initializer(floatTensor(`${name}.weight.transposed`, [input, out], weight));
  return parts.graph.node('MatMul', `${name}/MatMul`, [value, transposed]);
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export function layerNorm(parts: ModelParts, value: string, name: string, hidden: number, epsilon: number): string {
  const inputs = [value, parameterValue(parts, `${name}.weight`, [hidden]), parameterValue(parts, `${name}.bias`, [hidden])];
  return parts.graph.node('LayerNormalization', `${name}/LayerNormalization`, inputs, { axis: -1, epsilon: { float: epsilon } });
}
