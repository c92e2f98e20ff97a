import { z } from 'zod';

const word = z.string().trim().min(1);
const texts = z.union([word, z.array(word).min(1)]);

/** Ways to learn from words about the labels. The first that fits a task is its default. */
export const PROMPT_WAYS = {
  'zero-shot': ['descriptions', 'cloze'],
  'few-shot': ['contrastive', 'cloze'],
} as const;

/** Tasks that learn from words about the labels, and from few rows or none. */
export type PromptTask = keyof typeof PROMPT_WAYS;

/** How such a task learns. */
export type PromptWay = (typeof PROMPT_WAYS)[PromptTask][number];

/** `prompt` in head.yaml: what is said about the labels, and how a head is made from it. */
export const promptKeys = z.strictObject({
  way: z
    .enum(['descriptions', 'contrastive', 'cloze'])
    .optional()
    .describe('descriptions (zero-shot), contrastive (few-shot), or cloze (either; needs a masked-language-model head)'),
  labels: z
    .union([z.array(word), z.record(z.string(), texts.nullable())])
    .optional()
    .describe('Labels with a text, or several, that describe each; or the names alone, which then describe themselves'),
  templates: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Sentences around a description, with {label}; of cloze around a text, with {text} and {mask}; averaged'),
  temperature: z
    .number()
    .positive()
    .default(0.05)
    .describe('descriptions: cosines are divided by it; labelled rows, where given, calibrate it further'),
  verbalizer: z
    .record(z.string(), texts.nullable())
    .optional()
    .describe('cloze: the word, or words, that stand for each label in the place of {mask}, each a single token'),
  contentFree: z
    .array(z.string())
    .default(['N/A', '', '...'])
    .describe('cloze, zero-shot: texts without content, whose scores are subtracted (contextual calibration); an empty list is none'),
  unlabelled: z.string().min(1).optional().describe('few-shot cloze: rows without labels that the head is distilled on'),
  pairs: z
    .number()
    .int()
    .positive()
    .default(20_000)
    .describe('contrastive: most pairs of texts of the same label that the encoder is tuned on'),
  rounds: z.number().int().positive().default(20).describe('contrastive: pairs that each row is drawn into, one a pass over the rows'),
  tunedShare: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe('contrastive: share of the tuned weights in those that are kept; the rest is the pretrained ones (WiSE-FT)'),
  refit: z
    .boolean()
    .default(true)
    .describe('few-shot: having been judged on the rows set aside, learn once more from all rows; not with a file of validation rows'),
  useDescriptions: z
    .boolean()
    .default(true)
    .describe('few-shot contrastive: labels that are described join the rows as examples of themselves'),
});

export type PromptKeys = z.infer<typeof promptKeys>;

/** Whether a task is one of those that learn from words about the labels. */
export function isPromptTask(task: string): task is PromptTask {
  return Object.hasOwn(PROMPT_WAYS, task);
}

/** The way of a task: the one configured, or its default. */
export function promptWay(task: PromptTask, { way }: Pick<PromptKeys, 'way'>): PromptWay {
  return way ?? PROMPT_WAYS[task][0];
}

/** A label with the texts that describe it. */
export interface DescribedLabel {
  label: string;
  /** At least one; the label's name as words where nothing else is said. */
  descriptions: string[];
}

/** The labels that a configuration names, with their descriptions; undefined where it names none. */
export function describedLabels({ labels, verbalizer }: Pick<PromptKeys, 'labels' | 'verbalizer'>): DescribedLabel[] | undefined {
  const named = labels ?? (verbalizer && Object.keys(verbalizer));
  if (named === undefined) return undefined;
  if (Array.isArray(named)) return named.map(describedByName);
  return Object.entries(named).map(([label, own]) => (own === null ? describedByName(label) : { label, descriptions: [own].flat() }));
}

/** A label that only its name describes. */
export function describedByName(label: string): DescribedLabel {
  return { label, descriptions: [humanise(label)] };
}

/**
 * A label's name as words: `card_arrival`, `card-arrival` and `cardArrival` are all `card arrival`. A name without letters stays as
 * it is.
 */
export function humanise(label: string): string {
  const words = label
    .replace(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, (_, low?: string, high = '', capital = '') => `${low ?? capital} ${high}`)
    .replace(/[_\-/.?!:;]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (!/\p{L}/u.test(words)) return label;
  // An abbreviation keeps its capitals.
  return words.replace(/\p{Lu}\p{Ll}+/gu, (word) => word.toLowerCase());
}
