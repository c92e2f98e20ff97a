import { AttuneError } from '@attune/artifact';
import {
  entryInputSchema,
  dateSchema,
  storableText,
  type Feedback,
  type FeedbackApproval,
  type FeedbackInput,
  type TrainingRow,
} from '@attune/contracts';
import { decodeCursor, HttpProblem, pageOf, type Page } from '@attune/service-kit';
import { eachPage } from '@attune/storage';
import { z } from 'zod';
import type { EntryWriter } from '../knowledge/entry-writer';
import type { PhrasingEditor } from '../knowledge/phrasing-editor';
import type { FeedbackQuery, FeedbackRepository, FeedbackUse } from './feedback-repository';

const placeSchema = z.object({ createdAt: dateSchema, id: storableText() });
/** Training rows that are read at once. */
const PAGE = 500;

/** What people think of replies, and how the service learns from it: nothing changes before somebody approves. */
export class FeedbackService {
  constructor(
    private readonly repository: FeedbackRepository,
    private readonly phrasings: PhrasingEditor,
    private readonly writer: EntryWriter,
  ) {}

  record(input: FeedbackInput): Promise<Feedback> {
    return this.repository.record(input);
  }

  async list({ cursor, ...query }: Omit<FeedbackQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<Feedback>> {
    const after = decodeCursor(cursor, placeSchema);
    const rows = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(rows, query.limit, ({ createdAt, id }) => ({ createdAt, id }));
  }

  /** @throws AttuneError `not-found`, `conflict`; HttpProblem `unprocessable` where what it needs is missing */
  async approve(id: string, approval: FeedbackApproval): Promise<Feedback> {
    const given = await this.repository.get(id);
    if (given.decidedAt !== undefined) throw new AttuneError('conflict', `The feedback ${id} was decided on.`);
    const use = await this.use(given, approval);
    return this.repository.decide(id, use);
  }

  /** @throws AttuneError `not-found`, `conflict` */
  reject(id: string): Promise<Feedback> {
    return this.repository.decide(id, undefined);
  }

  /** Approved rows for training, page by page. */
  async *trainingRows(): AsyncGenerator<TrainingRow[]> {
    for await (const rows of eachPage<TrainingRow & { id: string }>(PAGE, (last) => this.repository.trainingRows(last?.id ?? '', PAGE))) {
      yield rows.map(({ id: _id, ...row }) => row);
    }
  }

  /** Done twice, as after a crash in between, it changes nothing more. */
  private async use({ id, question, correction }: Feedback, approval: FeedbackApproval): Promise<FeedbackUse> {
    const text = approval.question ?? question;
    switch (approval.use) {
      case 'phrasing': {
        const entryId = needed('entryId', approval.entryId ?? correction?.entryId);
        await this.phrasings.add(entryId, [text]);
        return { use: 'phrasing', usedText: text, entryId };
      }
      case 'entry': {
        const answer = needed('answer', approval.answer ?? correction?.answer);
        const intent = approval.intent ?? correction?.intent;
        const read = entryInputSchema.safeParse({ question: text, answer: answer.replaceAll('{{', '{ {'), tags: ['feedback'], intent });
        if (!read.success)
          throw new HttpProblem('unprocessable', { detail: 'The question is none: give one in better words.', cause: read.error });
        await this.writer.write([{ id, input: read.data, isNew: true }]);
        return { use: 'entry', usedText: text, entryId: id };
      }
      case 'training-row': {
        const label = needed('intent', approval.intent ?? correction?.intent);
        return { use: 'training-row', usedText: text, label };
      }
    }
  }
}

function needed(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new HttpProblem('unprocessable', { detail: `The correction does not say its ${name}: give it with the approval.` });
}
