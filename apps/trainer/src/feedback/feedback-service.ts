import {
  feedbackRowInputSchema,
  type FeedbackReceipt,
  type FeedbackRow,
  type FeedbackRowInput,
  type feedbackReviewSchema,
  type feedbackRowsQuerySchema,
} from '@attune/contracts';
import { HttpProblem, type Page } from '@attune/service-kit';
import type { z } from 'zod';
import type { HeadTemplates } from '../heads/head-templates';
import type { FeedbackRepository } from './feedback-repository';
import { rowColumns, rowFaults, type RowColumns } from './head-columns';

/** Rows that are written together. */
const BATCH = 500;
/** Refused rows that are told of. */
const MOST_REFUSALS = 100;

/** Takes corrections in, and lets them be reviewed: none is learnt from before. */
export class FeedbackService {
  constructor(
    private readonly repository: FeedbackRepository,
    private readonly heads: HeadTemplates,
  ) {}

  /**
   * Takes rows in, all or none.
   *
   * @throws AttuneError `not-found` for the head; HttpProblem `invalid-request` with every row that it cannot learn from, `unprocessable`
   */
  async receive(head: string, rows: readonly FeedbackRowInput[], actor: string): Promise<FeedbackReceipt> {
    const columns = this.columnsOf(head);
    const errors = rows.flatMap((row, at) =>
      rowFaults(columns, row).map(({ path, message }) => ({ path: `body.rows.${at}.${path}`, message })),
    );
    if (errors.length > 0) throw new HttpProblem('invalid-request', { errors });
    const receipt = await this.repository.receive({ head, actor, source: actor, rows });
    return { received: rows.length, ...receipt, refused: [], refusedRows: 0 };
  }

  /**
   * Takes a file of rows in; rows that cannot be read are told of, the others stay.
   *
   * @param values of its lines
   * @throws AttuneError `not-found` for the head; HttpProblem `unprocessable`
   */
  async import(
    head: string,
    values: AsyncIterable<unknown>,
    { actor, source }: { actor: string; source: string },
  ): Promise<FeedbackReceipt> {
    const columns = this.columnsOf(head);
    const sum = { received: 0, added: 0, duplicates: 0, conflicts: 0, refused: [] as FeedbackReceipt['refused'], refusedRows: 0 };
    let batch: FeedbackRowInput[] = [];
    const write = async (): Promise<void> => {
      if (batch.length === 0) return;
      const { added, duplicates, conflicts } = await this.repository.receive({ head, actor, source, rows: batch });
      sum.added += added;
      sum.duplicates += duplicates;
      sum.conflicts += conflicts;
      batch = [];
    };
    for await (const value of values) {
      sum.received += 1;
      const read = readRow(columns, value);
      if (typeof read === 'string') {
        sum.refusedRows += 1;
        if (sum.refused.length < MOST_REFUSALS) sum.refused.push({ row: sum.received, message: read });
      } else if (batch.push(read) === BATCH) await write();
    }
    await write();
    return sum;
  }

  /** @throws AttuneError `not-found` for the head */
  async list(head: string, query: z.infer<typeof feedbackRowsQuerySchema>): Promise<Page<FeedbackRow>> {
    this.heads.get(head);
    return this.repository.list(head, query);
  }

  /** @throws AttuneError `not-found` for the head or a row, `conflict` */
  async review(head: string, review: z.infer<typeof feedbackReviewSchema>, actor: string): Promise<FeedbackRow[]> {
    this.heads.get(head);
    return this.repository.review(head, review, actor);
  }

  private columnsOf(head: string): RowColumns {
    return learningColumns(this.heads, head);
  }
}

/**
 * The columns of a head that learns from labelled rows.
 *
 * @throws AttuneError `not-found` for the head; HttpProblem `unprocessable` where it does not
 */
export function learningColumns(heads: HeadTemplates, head: string): RowColumns {
  const columns = rowColumns(heads.get(head));
  if (columns !== undefined) return columns;
  throw new HttpProblem('unprocessable', { detail: `${head} does not learn from labelled texts, and so from no corrections of them.` });
}

/** A row of a file; else why it is none. */
function readRow(columns: RowColumns, value: unknown): FeedbackRowInput | string {
  const { success, data, error } = feedbackRowInputSchema.safeParse(value);
  if (!success) return error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');
  const faults = rowFaults(columns, data);
  return faults.length === 0 ? data : faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
}
