import type { EncoderConfig } from '@attune/artifact';
import type { GraphBuilder } from '../graph/graph-builder';

/**
 * The activation between the two dense layers of a block: GELU with the error function (`gelu`), its tanh
 * approximation (`gelu_new`; both Hendrycks and Gimpel 2016), or ReLU. GELU is written in the operators in which
 * ONNX Runtime recognises and fuses it.
 */
export function activation(graph: GraphBuilder, value: string, name: string, kind: EncoderConfig['activation']): string {
  if (kind === 'relu') return graph.node('Relu', `${name}/Relu`, [value]);
  return kind === 'gelu' ? gelu(graph, value, name) : geluTanh(graph, value, name);
}

function gelu(graph: GraphBuilder, value: string, name: string): string {
  const scaled = graph.node('Div', `${name}/Div`, [value, graph.scalar(Math.SQRT2)]);
  const error = graph.node('Erf', `${name}/Erf`, [scaled]);
  const shifted = graph.node('Add', `${name}/Add`, [error, graph.scalar(1)]);
  const product = graph.node('Mul', `${name}/Mul`, [value, shifted]);
  return graph.node('Mul', `${name}/Half`, [product, graph.scalar(0.5)]);
}

function geluTanh(graph: GraphBuilder, value: string, name: string): string {
  const cube = graph.node('Pow', `${name}/Pow`, [value, graph.scalar(3)]);
  const correction = graph.node('Mul', `${name}/Correction`, [cube, graph.scalar(0.044715)]);
  const sum = graph.node('Add', `${name}/Sum`, [value, correction]);
  const scaled = graph.node('Mul', `${name}/Scaled`, [sum, graph.scalar(Math.sqrt(2 / Math.PI))]);
  const tanh = graph.node('Tanh', `${name}/Tanh`, [scaled]);
  const shifted = graph.node('Add', `${name}/Add`, [tanh, graph.scalar(1)]);
  const half = graph.node('Mul', `${name}/Half`, [value, graph.scalar(0.5)]);
  return graph.node('Mul', `${name}/Mul`, [half, shifted]);
}
