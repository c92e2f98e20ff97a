import { AttuneError } from '@attune/artifact';
import { dateSchema, storableText, type SentimentFeedback, type SentimentFeedbackInput, type TrainingRow } from '@attune/contracts';
import { maskPersonalData } from '@attune/dialogue';
import { decodeCursor, HttpProblem, pageOf, type Page } from '@attune/service-kit';
import { eachPage } from '@attune/storage';
import { z } from 'zod';
import type { DocumentRepository } from '../documents/document-repository';
import type { FeedbackQuery, FeedbackRepository } from './feedback-repository';

const placeSchema = z.object({ createdAt: dateSchema, id: storableText() });
/** Training rows that are read at once. */
const PAGE = 500;

/** Keeps what people say that the head should have said, for the head to learn from. */
export class FeedbackService {
  constructor(
    private readonly repository: FeedbackRepository,
    private readonly documents: Pick<DocumentRepository, 'get'>,
  ) {}

  /**
   * Writes down what is right for a text that was scored.
   *
   * @throws AttuneError `not-found` where no such document was scored, or not for that watch; HttpProblem `invalid-request`
   */
  async record({ documentId, watchId, text: place, label, note }: SentimentFeedbackInput, givenBy: string): Promise<SentimentFeedback> {
    const { document, modelVersion, sentiments } = await this.documents.get(documentId);
    const sentiment = sentiments.find((each) => each.watchId === watchId);
    if (sentiment === undefined) {
      throw new AttuneError('not-found', `The document ${documentId} was not scored for the watch ${watchId}.`, {
        remedy: 'GET /v1/documents/{id} tells for which it was.',
      });
    }
    const { inputs } = sentiment;
    if (place >= inputs.length) {
      const message = `only ${String(inputs.length)} were scored for the watch, counted from 0`;
      throw new HttpProblem('invalid-request', { errors: [{ path: '/body/text', message }] });
    }
    const { text, entity } = inputs[place];
    return this.repository.record({
      ...{ documentId, watchId, place, label, givenBy, modelVersion },
      scoredText: maskPersonalData(text, document.language),
      entity: entity ?? null,
      documentLabel: sentiment.label,
      note: note ?? null,
    });
  }

  async list({ cursor, ...query }: Omit<FeedbackQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<SentimentFeedback>> {
    const after = decodeCursor(cursor, placeSchema);
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ createdAt, id }) => ({ createdAt, id }));
  }

  /** @throws AttuneError `not-found` */
  withdraw(id: string): Promise<void> {
    return this.repository.withdraw(id);
  }

  /** Rows for training, page by page. */
  async *trainingRows(): AsyncGenerator<TrainingRow[]> {
    for await (const rows of eachPage<TrainingRow & { id: string }>(PAGE, (last) => this.repository.trainingRows(last?.id ?? '', PAGE))) {
      yield rows.map(({ id: _id, ...row }) => row);
    }
  }
}
