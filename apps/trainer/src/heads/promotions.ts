import type { ModelStore, Promotion } from '@attune/artifact';
import { AttuneError } from '@attune/artifact';
import { TOPICS, type AuditAction, type HeadPromotion, type ModelPromotedEvent } from '@attune/contracts';
import { cloudEventMessage } from '@attune/event-stream';
import { currentTraceparent, HttpProblem, RepeatedWork } from '@attune/service-kit';
import { enqueue, type Database, type Transaction } from '@attune/storage';
import { eq } from 'drizzle-orm';
import { OWN_NAME, writeAudit } from '../audit/audit-repository';
import { announcedPromotions } from '../database/schema';
import type { HeadTemplates } from './head-templates';

/** Milliseconds between two looks for promotions that were made in the model store itself. */
const POLL = 2_000;

/**
 * Says which version of a head serves. The model store has the truth; the audit and `models.promoted` follow it, whoever changed it: what the
 * command line promotes is noticed, and so is what this service promoted before it was killed.
 */
export class Promotions {
  private readonly rounds: RepeatedWork;

  constructor(
    private readonly database: Database,
    private readonly heads: HeadTemplates,
    private readonly store: ModelStore,
    onError: (error: unknown) => void,
  ) {
    this.rounds = new RepeatedWork(() => this.notice(), onError);
  }

  /** What serves when a head is first seen is no news. */
  async start(): Promise<void> {
    for (const head of this.heads.names) {
      const generation = (await this.store.current(head))?.generation ?? 0;
      await this.database.query((orm) => orm.insert(announcedPromotions).values({ head, generation }).onConflictDoNothing());
    }
    this.rounds.start(POLL, { atOnce: true });
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /**
   * Lets a version serve; one that serves already goes on.
   *
   * @throws AttuneError `not-found`, `conflict` where another promotion came first; HttpProblem `unprocessable` where the version is damaged
   */
  promote(head: string, version: string, expectedGeneration: number | undefined, actor: string): Promise<HeadPromotion> {
    return this.change(head, 'version.promoted', actor, () => this.store.promote(head, version, expected(expectedGeneration)));
  }

  /**
   * Lets the version serve that served before.
   *
   * @throws AttuneError `not-found`, `conflict` where none is remembered or another promotion came first; HttpProblem `unprocessable`
   */
  rollback(head: string, expectedGeneration: number | undefined, actor: string): Promise<HeadPromotion> {
    return this.change(head, 'version.rolled-back', actor, () => this.store.rollback(head, expected(expectedGeneration)));
  }

  /** Tells of what changed in the store without this service. */
  private async notice(): Promise<void> {
    for (const head of this.heads.names) {
      const [known] = await this.database.query((orm) => orm.select().from(announcedPromotions).where(eq(announcedPromotions.head, head)));
      if ((await this.store.current(head))?.generation === known?.generation) continue;
      await this.database.transaction(async (tx) => {
        const announced = await lockHead(tx, head);
        const current = await this.store.current(head);
        if (current !== undefined && current.generation !== announced) await announce(tx, head, current, 'version.noticed', OWN_NAME);
      });
    }
  }

  private async change(head: string, action: AuditAction, actor: string, act: () => Promise<Promotion>): Promise<HeadPromotion> {
    this.heads.get(head);
    try {
      // The store is outside of the transaction, so nothing may be done twice; what is lost with it is noticed later.
      return await this.database.transaction(
        async (tx) => {
          await lockHead(tx, head);
          const before = await this.store.current(head);
          const promotion = await act();
          if (promotion.generation !== before?.generation) await announce(tx, head, promotion, action, actor, before);
          return { version: promotion.version, generation: promotion.generation, promotedAt: promotion.promotedAt };
        },
        { attempts: 1 },
      );
    } catch (error) {
      throw explain(error);
    }
  }
}

function expected(expectedGeneration: number | undefined): { expectedGeneration?: number } {
  return expectedGeneration === undefined ? {} : { expectedGeneration };
}

/** One change of a head at a time. @returns the generation that was announced last */
async function lockHead(tx: Transaction, head: string): Promise<number | undefined> {
  const [row] = await tx.select().from(announcedPromotions).where(eq(announcedPromotions.head, head)).for('update');
  return row?.generation;
}

async function announce(tx: Transaction, head: string, to: Promotion, action: AuditAction, actor: string, from?: Promotion): Promise<void> {
  const { version, generation, manifestSha256, promotedAt } = to;
  await tx.update(announcedPromotions).set({ generation }).where(eq(announcedPromotions.head, head));
  const details = { generation, manifestSha256, ...(from === undefined ? {} : { from: from.version }) };
  await writeAudit(tx, { actor, action, subject: version, head, details });
  await enqueue(tx, [{ topic: TOPICS.modelsPromoted.name, ...promotedMessage({ app: head, version, generation }, promotedAt) }]);
}

/** A promotion on `models.promoted`. */
export function promotedMessage(data: ModelPromotedEvent['data'], time: string) {
  const traceparent = currentTraceparent();
  const event: ModelPromotedEvent = {
    specversion: '1.0',
    id: `${data.app}/${data.generation}/${data.version}`.slice(0, 200),
    source: '/trainer',
    type: 'attune.model.promoted',
    subject: data.app,
    time,
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  };
  return cloudEventMessage(TOPICS.modelsPromoted, data.app, event);
}

function explain(error: unknown): unknown {
  if (!(error instanceof AttuneError)) return error;
  const { code, message } = error;
  if (code === 'missing-file') return new AttuneError('not-found', message, { remedy: 'List the versions of the head.', cause: error });
  if (code === 'wrong-use') return new AttuneError('conflict', message, { remedy: 'Promote a version by its name.', cause: error });
  if (code === 'bad-model') return new HttpProblem('unprocessable', { detail: message, cause: error });
  return error;
}
