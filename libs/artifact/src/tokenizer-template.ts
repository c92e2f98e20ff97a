import { z } from 'zod';
import { AttuneError } from './errors';

/** One place of the sequence that a post-processor builds: a special token, or all tokens of the first or second text. */
export type TemplatePiece = { kind: 'special'; ids: number[]; type: number } | { kind: 'text'; which: 'A' | 'B'; type: number };

/** Where special tokens go around one text and around a pair, with each place's segment id. */
export interface SequenceTemplate {
  single: TemplatePiece[];
  pair: TemplatePiece[];
}

const tokenAndId = z.tuple([z.string(), z.number().int()]);
const pieceSchema = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.number().int() }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.number().int() }) }),
]);
const templateSchema = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(pieceSchema),
  pair: z.array(pieceSchema),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.number().int()) })),
});
const sepAndClsSchema = z.object({ type: z.enum(['BertProcessing', 'RobertaProcessing']), sep: tokenAndId, cls: tokenAndId });
const sequenceSchema = z.object({ type: z.literal('Sequence'), processors: z.array(z.unknown()) });
const byteLevelSchema = z.object({ type: z.literal('ByteLevel') });

/**
 * Reads the `post_processor` of a tokenizer.json.
 *
 * @throws AttuneError `bad-model` for a kind that is not known.
 */
export function parseSequenceTemplate(postProcessor: unknown, file: string): SequenceTemplate {
  if (postProcessor === null || postProcessor === undefined || byteLevelSchema.safeParse(postProcessor).success) {
    return { single: [text('A', 0)], pair: [text('A', 0), text('B', 0)] };
  }
  const sequence = sequenceSchema.safeParse(postProcessor);
  if (sequence.success) {
    const working = sequence.data.processors.filter((processor) => !byteLevelSchema.safeParse(processor).success);
    if (working.length <= 1) return parseSequenceTemplate(working[0], file);
  }
  const sepAndCls = sepAndClsSchema.safeParse(postProcessor);
  if (sepAndCls.success) return aroundSepAndCls(sepAndCls.data);
  const template = templateSchema.safeParse(postProcessor);
  if (template.success) return fromTemplateProcessing(template.data, file);
  throw new AttuneError('bad-model', `${file}: its post_processor is of a kind that is not supported.`, {
    remedy: 'Supported are TemplateProcessing, BertProcessing, RobertaProcessing and ByteLevel.',
  });
}

/** Special tokens that a template adds around the text or texts. */
export function addedTokens(pieces: TemplatePiece[]): number {
  return pieces.reduce((count, piece) => count + (piece.kind === 'special' ? piece.ids.length : 0), 0);
}

function text(which: 'A' | 'B', type: number): TemplatePiece {
  return { kind: 'text', which, type };
}

function aroundSepAndCls(processor: z.infer<typeof sepAndClsSchema>): SequenceTemplate {
  const roberta = processor.type === 'RobertaProcessing';
  const special = (id: number, type = 0): TemplatePiece => ({ kind: 'special', ids: [id], type });
  const cls = processor.cls[1];
  const sep = processor.sep[1];
  const second = roberta ? [special(sep), text('B', 0), special(sep)] : [text('B', 1), special(sep, 1)];
  const single = [special(cls), text('A', 0), special(sep)];
  return { single, pair: [...single, ...second] };
}

function fromTemplateProcessing(template: z.infer<typeof templateSchema>, file: string): SequenceTemplate {
  const convert = (piece: z.infer<typeof pieceSchema>): TemplatePiece => {
    if ('Sequence' in piece) return text(piece.Sequence.id, piece.Sequence.type_id);
    const token = template.special_tokens[piece.SpecialToken.id];
    if (token === undefined) {
      throw new AttuneError(
        'bad-model',
        `${file}: its post_processor uses the token "${piece.SpecialToken.id}", which it does not define.`,
      );
    }
    return { kind: 'special', ids: token.ids, type: piece.SpecialToken.type_id };
  };
  return { single: template.single.map(convert), pair: template.pair.map(convert) };
}
