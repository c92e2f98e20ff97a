import type { ScoredDocument } from '@attune/contracts';
import { Overloaded } from '@attune/inference';
import type { StoredSentiment } from '../database/schema';
import type { SentimentModel } from '../scoring/sentiment-model';
import { explainByOcclusion, type TokenInfluence } from '../scoring/explanation';
import type { DocumentRepository } from './document-repository';

/** Documents that are explained at once: each takes hundreds of texts, which wait behind no bound of their own. */
const MOST_EXPLANATIONS = 4;

type ExplainedSentiment = StoredSentiment & { explanation?: TokenInfluence[] };

/** Tells how documents were scored. */
export class DocumentReader {
  private explaining = 0;

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
    const explained: ExplainedSentiment[] = explain ? await this.explain(sentiments, signal) : sentiments;
    return {
      ...document,
      receivedAt: receivedAt.toISOString(),
      scoredAt: scoredAt.toISOString(),
      modelVersion,
      topics,
      sentiments: explained.map(({ inputs: _inputs, ...sentiment }) => {
        const storyId = stories.get(sentiment.watchId);
        return { ...sentiment, ...(storyId === undefined ? {} : { storyId }) };
      }),
    };
  }

  private async explain(sentiments: readonly StoredSentiment[], signal: AbortSignal): Promise<ExplainedSentiment[]> {
    if (this.explaining >= MOST_EXPLANATIONS) throw new Overloaded(1);
    this.explaining += 1;
    try {
      return await Promise.all(
        sentiments.map(async (sentiment) => ({
          ...sentiment,
          explanation: await explainByOcclusion(this.model, sentiment.inputs[0], sentiment.label, signal),
        })),
      );
    } finally {
      this.explaining -= 1;
    }
  }
}
