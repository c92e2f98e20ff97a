import { z } from 'zod';
import { entityMarkersSchema } from './entity-markers';
import { htmlToText } from './html';

/** How texts are prepared for the tokeniser: cleaned, and marked where they name their pair's second text. Recorded in a head's manifest, so that serving does what training did. */
export const textNormalizationSchema = z.strictObject({
  unicode: z.enum(['NFC', 'NFKC', 'none']).default('NFC'),
  controlCharacters: z.boolean().default(true),
  html: z.boolean().default(true),
  whitespace: z.boolean().default(true),
  maskUrls: z.boolean().default(false),
  maskMentions: z.boolean().default(false),
  entityMarkers: entityMarkersSchema.default('none'),
  template: z
    .string()
    .refine((template) => template.split('{text}').length === 2, 'a template has the slot {text} once')
    .optional(),
});

export type TextNormalization = z.infer<typeof textNormalizationSchema>;

/** What of it concerns each text by itself. */
export type TextCleaning = Omit<TextNormalization, 'entityMarkers'>;

/** Halves of surrogate pairs without their other half, which no encoding can write. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Control characters and invisible format characters. White space is kept, and so are the zero-width joiner and non-joiner, which
 * emoji, Persian and Indic scripts need.
 */
const CONTROL_CHARACTERS =
  /(?![\t\n\v\f\r\u0085])[\p{Cc}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufffe\uffff]/gu;

const WHITE_SPACE = /[\s\u0085]+/gu;

/** Only the characters of RFC 3986, since in scripts without spaces the next word follows at once; closing punctuation is the sentence's. */
const URLS = /(?<![A-Za-z0-9])(?:https?:\/\/|www\.)[\w\-.~:/?#[\]@!$&'()*+,;=%]*[\w\-~/#@$&*+=%]/giu;

/** A name after @ that is not part of an e-mail address. */
const MENTIONS = /(?<![\p{L}\p{N}_.%+-])@[\p{L}\p{N}_]+/gu;

/**
 * Cleans a text as a head's options say, in this order: HTML to text, control characters removed, Unicode normal form, URLs and
 * @names masked, white space collapsed and trimmed; then, unless nothing is left, put into the template where there is one. Knows no language. Time is linear in the length of the text. Entities are marked
 * afterwards, by `markEntity`.
 */
export function normalizeText(text: string, options: TextCleaning): string {
  let result = text.replace(LONE_SURROGATES, '\ufffd');
  if (options.html) result = htmlToText(result);
  if (options.controlCharacters) result = result.replace(CONTROL_CHARACTERS, '');
  if (options.unicode !== 'none') result = result.normalize(options.unicode);
  if (options.maskUrls) result = result.replace(URLS, 'url');
  if (options.maskMentions) result = result.replace(MENTIONS, '@user');
  if (options.whitespace) result = result.replace(WHITE_SPACE, ' ').trim();
  return options.template === undefined || result === '' ? result : options.template.replace('{text}', () => result);
}
