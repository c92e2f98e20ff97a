import { AttuneError, type ModelStore, type Shadow } from '@attune/artifact';
import type { AuditAction, HeadShadow, HeadShadows } from '@attune/contracts';
import { HttpProblem } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { writeAudit } from '../audit/audit-repository';
import type { HeadTemplates } from './head-templates';

/** Says which version of a head scores beside the one that serves. The model store has the truth, and services look there. */
export class Shadows {
  constructor(
    private readonly database: Database,
    private readonly heads: HeadTemplates,
    private readonly store: ModelStore,
  ) {}

  /** What is in shadow, and what was, whoever changed it. @throws AttuneError `not-found` */
  async get(head: string): Promise<HeadShadows> {
    this.heads.get(head);
    const shadow = await this.store.shadow(head);
    const changes = await this.store.shadowChanges(head);
    return {
      ...(shadow === undefined ? {} : { shadow: shown(shadow) }),
      changes: changes.map(({ version, share, change, at }) => ({ version, share, change, at })),
    };
  }

  /**
   * Puts a version in shadow, in place of what was.
   *
   * @throws AttuneError `not-found`, `conflict` where it serves, nothing does, or another change came first; HttpProblem `unprocessable` where
   *   the version is damaged
   */
  async start(head: string, { version, share }: { version: string; share: number }, actor: string): Promise<HeadShadow> {
    const shadow = await this.change(head, 'shadow.begun', actor, () => this.store.startShadow(head, version, share));
    return shown(shadow);
  }

  /** Ends what is in shadow, if anything is. @throws AttuneError `not-found` for the head, `conflict` where another change came first */
  async stop(head: string, actor: string): Promise<void> {
    await this.change(head, 'shadow.stopped', actor, () => this.store.stopShadow(head));
  }

  private async change<Changed extends Shadow | undefined>(
    head: string,
    action: AuditAction,
    actor: string,
    act: () => Promise<Changed>,
  ): Promise<Changed> {
    this.heads.get(head);
    try {
      // The store is outside of the transaction, so nothing may be done twice.
      return await this.database.transaction(
        async (tx) => {
          const changed = await act();
          if (changed === undefined) return changed;
          await writeAudit(tx, { actor, action, subject: changed.version, head, details: { share: changed.share } });
          return changed;
        },
        { attempts: 1 },
      );
    } catch (error) {
      throw explain(error);
    }
  }
}

function shown({ version, share, startedAt }: Shadow): HeadShadow {
  return { version, share, startedAt };
}

function explain(error: unknown): unknown {
  if (!(error instanceof AttuneError)) return error;
  const { code, message, remedy } = error;
  if (code === 'missing-file') return new AttuneError('not-found', message, { remedy: 'List the versions of the head.', cause: error });
  if (code === 'wrong-use') return new AttuneError('conflict', message, { ...(remedy === undefined ? {} : { remedy }), cause: error });
  if (code === 'bad-model') return new HttpProblem('unprocessable', { detail: message, cause: error });
  return error;
}
