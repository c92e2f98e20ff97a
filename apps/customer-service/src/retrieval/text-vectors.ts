import { entryVector } from '@attune/dialogue';
import type { CallOptions } from '@attune/inference';
import type { SearchTextKind } from '../database/schema';
import type { UsedModel } from '../model/dialogue-model';

/** A text by which an entry is found. */
export interface EntryText {
  readonly entryId: string;
  readonly kind: SearchTextKind;
  readonly text: string;
}

/** A vector, and the text that it is of. */
export interface TextVector {
  readonly textId: number;
  readonly embedding: Float32Array;
}

/** Vectors by their texts, each embedded once. */
export async function embedTexts(
  model: UsedModel,
  texts: readonly Omit<EntryText, 'entryId'>[],
  options: CallOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const unique = [...new Set(texts.filter(({ kind }) => kind !== 'entry').map(({ text }) => text))];
  const embeddings = await model.embed(unique, options);
  return new Map(unique.map((text, index) => [text, embeddings[index]]));
}

/**
 * The vectors of entries' texts, and of the entries as a whole.
 *
 * @param texts all texts of each entry that is among them
 */
export function textVectors(
  texts: readonly (EntryText & { readonly id: number })[],
  embeddingOf: ReadonlyMap<string, Float32Array>,
): TextVector[] {
  const ofEntry = new Map<string, EntryText[]>();
  for (const text of texts) ofEntry.set(text.entryId, [...(ofEntry.get(text.entryId) ?? []), text]);
  const vectorsOf = (entryId: string, wanted: SearchTextKind): Float32Array[] =>
    (ofEntry.get(entryId) ?? []).flatMap(({ kind, text }) => (kind === wanted ? (embeddingOf.get(text) ?? []) : []));
  return texts.flatMap(({ id: textId, entryId, kind, text }) => {
    if (kind !== 'entry') {
      const embedding = embeddingOf.get(text);
      return embedding === undefined ? [] : [{ textId, embedding }];
    }
    const questions = vectorsOf(entryId, 'question');
    return questions.length === 0 ? [] : [{ textId, embedding: entryVector(questions, vectorsOf(entryId, 'answer')) }];
  });
}
