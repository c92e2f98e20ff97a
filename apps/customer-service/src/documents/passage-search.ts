import type { PassageSearchResponse } from '@attune/contracts';
import { joinSentences } from '@attune/dialogue';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { PassageRetriever } from './passage-retriever';

/** Searches documents for whoever wants to see what a question finds. */
export class PassageSearch {
  constructor(
    private readonly retriever: PassageRetriever,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
  ) {}

  /** What a question finds, the likeliest passage first. */
  search(text: string, locale: string | undefined, limit: number): Promise<PassageSearchResponse> {
    return this.model.using(async (model) => {
      const [{ understanding, embedding }] = await model.understand([text]);
      const encoder = this.encoders.get(model);
      const found = await this.retriever.find({ text, embedding, understanding, locale }, encoder, Date.now());
      return {
        modelVersion: model.version,
        threshold: encoder.passages.ranking.thresholds.answer,
        results: found.slice(0, limit).map(({ document, passage, probability, features }) => ({
          documentId: document.id,
          title: document.title,
          ...(document.url === undefined ? {} : { url: document.url }),
          position: passage.position,
          headings: [...passage.headings],
          text: joinSentences(passage.sentences),
          probability,
          dense: features.dense,
          lexical: features.lexical,
        })),
      };
    });
  }
}
