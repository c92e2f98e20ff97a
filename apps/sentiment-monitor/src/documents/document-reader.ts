import type { ScoredDocument } from '@attune/contracts';
import type { StoredSentiment } from '../database/schema';
import { feedbackKey, type FeedbackRepository } from '../feedback/feedback-repository';
import type { Explanations, SentimentExplanation } from '../scoring/explanations';
import type { DocumentRepository } from './document-repository';

type ExplainedSentiment = StoredSentiment & Partial<SentimentExplanation> & { scoredText?: string };

/** Tells how documents were scored. */
export class DocumentReader {
  constructor(
    private readonly repository: DocumentRepository,
    private readonly feedback: Pick<FeedbackRepository, 'labelsOf'>,
    private readonly explanations: Explanations,
  ) {}

  /**
   * @param options.explain score the text again without each of its tokens, tell which mattered most, and the nearest training rows
   * @throws AttuneError `not-found`; `overloaded`
   */
  async read(id: string, { explain, signal }: { explain: boolean; signal: AbortSignal }): Promise<ScoredDocument> {
    const { document, receivedAt, scoredAt, modelVersion, topics, sentiments } = await this.repository.get(id);
    const stories = await this.repository.storiesOf(id);
    const corrected = await this.feedback.labelsOf(id);
    const explained: ExplainedSentiment[] = explain ? await this.explain(sentiments, signal) : sentiments;
    return {
      ...document,
      receivedAt: receivedAt.toISOString(),
      scoredAt: scoredAt.toISOString(),
      modelVersion,
      topics,
      sentiments: explained.map(({ inputs, ...sentiment }) => {
        const { watchId } = sentiment;
        const storyId = stories.get(watchId);
        const texts = inputs.map((input, place) => {
          const correctedTo = corrected.get(feedbackKey(watchId, place));
          return { ...input, ...(correctedTo === undefined ? {} : { correctedTo }) };
        });
        return { ...sentiment, texts, ...(storyId === undefined ? {} : { storyId }) };
      }),
    };
  }

  private async explain(sentiments: readonly StoredSentiment[], signal: AbortSignal): Promise<ExplainedSentiment[]> {
    const asked = sentiments.map(({ inputs: [input], label }) => ({ ...input, label }));
    const explained = await this.explanations.of(asked, signal);
    return sentiments.map((sentiment, place) => ({ ...sentiment, ...explained[place], scoredText: sentiment.inputs[0].text }));
  }
}
