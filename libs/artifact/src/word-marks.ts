import { z } from 'zod';

const DEFAULT_PREFIX = '##';
/** How byte-level vocabularies write the space before a word (Radford et al. 2019). */
const BYTE_LEVEL_SPACE = 'Ġ';
/** How SentencePiece writes it (Kudo and Richardson 2018). */
const SENTENCE_PIECE_SPACE = '▁';

const modelSchema = z.looseObject({ type: z.string().optional(), continuing_subword_prefix: z.string().nullish() });
const stepSchema = z.looseObject({ type: z.string(), replacement: z.string().optional() });
const sequenceSchema = z.looseObject({ pretokenizers: z.array(stepSchema) });

/**
 * Tells by its text whether a token goes on with the word before it: by the prefix of WordPiece, or by the mark of a word's begin that
 * byte-level and SentencePiece vocabularies have. Undefined where a tokenizer.json has neither.
 */
export function continuationMark(model: unknown, preTokenizer: unknown): ((token: string) => boolean) | undefined {
  const { type, continuing_subword_prefix: prefix } = modelSchema.parse(model);
  if (type === 'WordPiece') return (token) => token.startsWith(prefix ?? DEFAULT_PREFIX);
  const steps = stepsOf(preTokenizer);
  if (steps.some((step) => step.type === 'ByteLevel')) return (token) => !token.startsWith(BYTE_LEVEL_SPACE);
  const metaspace = steps.find((step) => step.type === 'Metaspace');
  if (metaspace === undefined) return undefined;
  const mark = metaspace.replacement ?? SENTENCE_PIECE_SPACE;
  return (token) => !token.startsWith(mark);
}

function stepsOf(preTokenizer: unknown): z.infer<typeof stepSchema>[] {
  const sequence = sequenceSchema.safeParse(preTokenizer);
  if (sequence.success) return sequence.data.pretokenizers;
  const single = stepSchema.safeParse(preTokenizer);
  return single.success ? [single.data] : [];
}
