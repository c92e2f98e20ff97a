import type { ClozePattern, EncoderConfig } from '@attune/artifact';
import { DataType } from '../protobuf/onnx-model';
import { int64Tensor } from '../protobuf/tensors';
import type { ModelParts } from './dense';
import type { EncoderInputs } from './embeddings';

/** Where the gap's state lies in each row: right after that of the text's first special token. */
export const GAP_PLACE = 1;

type Graph = ModelParts['graph'];

/** One of the matrices that an encoder reads: token ids, which of them are real, and their positions. */
type Part = 'ids' | 'mask' | 'positions';

/**
 * The inputs of an encoder for each text in each of the patterns, all rows of the first pattern before those of the second. Attention
 * knows places by their positions alone, so a pattern's tokens may all stand right behind the first token, the gap's in front
 * of the others, whatever the length of the text: their positions say where they are.
 */
export function clozeInputs({ graph }: ModelParts, config: EncoderConfig, patterns: readonly ClozePattern[]): EncoderInputs {
  const width = Math.max(...patterns.map((pattern) => tokensOf(pattern).length));
  const length = graph.node('ReduceSum', 'cloze.length/Sum', ['attention_mask', graph.integers(1)], { keepdims: 1 });
  const texts = textPlaces(graph, length);
  const rows = patterns.map((pattern, number) => {
    const name = `cloze.${number}`;
    return around(graph, name, patternColumns(graph, name, { pattern, width, length, filler: config.padTokenId }), {
      ids: 'input_ids',
      mask: 'attention_mask',
      positions: textPositions(graph, name, texts, pattern),
    });
  });
  const stack = (part: Part): string =>
    graph.node(
      'Concat',
      `cloze.${part}/Stack`,
      rows.map((row) => row[part]),
      { axis: 0 },
    );
  const ids = stack('ids');
  const counted = stack('positions');
  const positions =
    config.positionOffset === 0 ? counted : graph.node('Add', 'cloze.positions/Offset', [counted, graph.integers(config.positionOffset)]);
  return { ids, mask: stack('mask'), types: graph.node('Mul', 'cloze.types/Mul', [ids, graph.integers(0)]), positions };
}

/** A token of a pattern: its id, and its position, which behind the text is counted from the text's own length. */
interface PatternToken {
  id: number;
  position: number;
  behind: boolean;
}

/** A pattern's tokens, the gap's first. */
function tokensOf({ before, after, gap }: ClozePattern): PatternToken[] {
  const all = [
    ...before.map((id, at): PatternToken => ({ id, position: 1 + at, behind: false })),
    // A text's last token is special and moves behind these.
    ...after.map((id, at): PatternToken => ({ id, position: before.length + at - 1, behind: true })),
  ];
  return [all[gap], ...all.filter((_, place) => place !== gap)];
}

interface PatternPlace {
  pattern: ClozePattern;
  /** Columns that every pattern gets. */
  width: number;
  /** `[batch, 1]` real tokens of each text. */
  length: string;
  /** Id of the columns that a shorter pattern does not need. */
  filler: number;
}

/** The columns of a pattern's tokens, `[batch, width]`. */
function patternColumns(graph: Graph, name: string, { pattern, width, length, filler }: PatternPlace): Record<Part, string> {
  const tokens = tokensOf(pattern);
  const padded = (values: number[], value: number): number[] => [...values, ...new Array<number>(width - values.length).fill(value)];
  const constant = (what: string, values: number[]): string => graph.initializer(int64Tensor(`${name}.${what}`, [1, width], values));
  // Adding a column of zeros spreads a row over the batch.
  const zeros = graph.node('Mul', `${name}.zeros/Mul`, [length, graph.integers(0)]);
  const spread = (part: Part, values: number[]): string => graph.node('Add', `${name}.${part}/Spread`, [constant(part, values), zeros]);
  const behind = constant(
    'behind',
    padded(
      tokens.map((token) => (token.behind ? 1 : 0)),
      0,
    ),
  );
  const fixed = spread(
    'positions',
    padded(
      tokens.map(({ position }) => position),
      0,
    ),
  );
  return {
    ids: spread(
      'ids',
      padded(
        tokens.map(({ id }) => id),
        filler,
      ),
    ),
    mask: spread(
      'mask',
      padded(
        tokens.map(() => 1),
        0,
      ),
    ),
    positions: graph.node('Add', `${name}.positions/Pattern`, [fixed, graph.node('Mul', `${name}.positions/Behind`, [behind, length])]),
  };
}

/** Columns put between the first and the second of a text's own. */
function around(graph: Graph, name: string, columns: Record<Part, string>, own: Record<Part, string>): Record<Part, string> {
  const cut = (part: Part, what: string, from: number, to: number): string =>
    graph.node('Slice', `${name}.${part}/${what}`, [own[part], graph.integers(from), graph.integers(to), graph.integers(1)]);
  const join = (part: Part): string =>
    graph.node(
      'Concat',
      `${name}.${part}/Concat`,
      [cut(part, 'First', 0, 1), columns[part], cut(part, 'Rest', 1, Number.MAX_SAFE_INTEGER)],
      { axis: 1 },
    );
  return { ids: join('ids'), mask: join('mask'), positions: join('positions') };
}

interface TextPlaces {
  /** `[batch, tokens]` 0, 1, 2 … */
  places: string;
  /** `[batch, tokens]` 1 where a real token is neither the first nor the last of its row. */
  inner: string;
  /** `[batch, tokens]` 1 at the last real token. */
  last: string;
}

function textPlaces(graph: Graph, length: string): TextPlaces {
  const zeros = graph.node('Mul', 'cloze.places/Zeros', ['input_ids', graph.integers(0)]);
  const ones = graph.node('Add', 'cloze.places/Ones', [zeros, graph.integers(1)]);
  const counted = graph.node('CumSum', 'cloze.places/CumSum', [ones, graph.integers(1)]);
  const places = graph.node('Sub', 'cloze.places/Sub', [counted, graph.integers(1)]);
  const end = graph.node('Sub', 'cloze.places/End', [length, graph.integers(1)]);
  const compare = (operator: string, name: string, to: string): string =>
    graph.node('Cast', `${name}/Cast`, [graph.node(operator, `${name}/${operator}`, [places, to])], { to: DataType.int64 });
  const inner = graph.node('Mul', 'cloze.inner/Mul', [
    compare('Less', 'cloze.inner.end', end),
    compare('Greater', 'cloze.inner.start', graph.integers(0)),
  ]);
  return { places, inner, last: compare('Equal', 'cloze.last', end) };
}

/** Positions `[batch, tokens]` of a text's own tokens in a pattern; 0 for padding. */
function textPositions(graph: Graph, name: string, { places, inner, last }: TextPlaces, { before, after }: ClozePattern): string {
  const forInner = graph.node('Mul', `${name}.positions/Inner`, [inner, graph.integers(before.length)]);
  const forLast = graph.node('Mul', `${name}.positions/Last`, [last, graph.integers(before.length + after.length)]);
  const moved = graph.node('Add', `${name}.positions/Moved`, [graph.node('Add', `${name}.positions/Shift`, [places, forInner]), forLast]);
  return graph.node('Mul', `${name}.positions/Real`, [moved, 'attention_mask']);
}
