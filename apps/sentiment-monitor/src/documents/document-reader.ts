import type { ScoredDocument } from '@attune/contracts';
import type { SentimentModel } from '../scoring/sentiment-model';
import { explainByOcclusion } from '../scoring/explanation';
import type { DocumentRepository } from './document-repository';

/** Tells how documents were scored. */
export class DocumentReader {
  constructor(
    private readonly repository: DocumentRepository,
    private readonly model: SentimentModel,
  ) {}

  /**
   * @param options.explain score the text again without each of its tokens, and tell which mattered most
   * @throws AttuneError `not-found`; `overloaded`
   */
  async read(id: string, { explain, signal }: { explain: boolean; signal: AbortSignal }): Promise<ScoredDocument> {
    const { document, receivedAt, scoredAt, modelVersion, topics, sentiments } = await this.repository.get(id);
    const stories = await this.repository.storiesOf(id);
    return {
      ...document,
      receivedAt: receivedAt.toISOString(),
      scoredAt: scoredAt.toISOString(),
      modelVersion,
      topics,
      sentiments: await Promise.all(
        sentiments.map(async ({ inputs, ...sentiment }) => {
          const storyId = stories.get(sentiment.watchId);
          return {
            ...sentiment,
            ...(storyId === undefined ? {} : { storyId }),
            ...(explain ? { explanation: await explainByOcclusion(this.model, inputs[0], sentiment.label, signal) } : {}),
          };
        }),
      ),
    };
  }
}
