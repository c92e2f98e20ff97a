import { AttuneError } from '@attune/artifact';
import { HttpProblem, type Logger } from '@attune/service-kit';
import { Cron } from 'croner';
import { OWN_NAME } from '../audit/audit-repository';
import { rowColumns } from '../feedback/head-columns';
import type { HeadTemplates } from '../heads/head-templates';
import type { UpdateService } from './update-service';

/** Begins updates at the times of a cron expression: of each head for which enough was approved since the last one. */
export class UpdateSchedule {
  private cron: Cron | undefined;

  constructor(
    private readonly updates: UpdateService,
    private readonly heads: HeadTemplates,
    private readonly logger: Logger,
  ) {}

  /** @param pattern five fields, or six with seconds, in UTC */
  start(pattern: string): void {
    // One round at a time; what waits in the queue already is refused there, so several instances begin no more than one.
    this.cron = new Cron(pattern, { timezone: 'UTC', protect: true, unref: true }, () => this.round());
  }

  stop(): void {
    this.cron?.stop();
  }

  /** Begins what is due now. */
  async round(): Promise<void> {
    for (const head of this.heads.names) {
      if (rowColumns(this.heads.get(head)) === undefined) continue;
      try {
        const { leastNewRows } = await this.updates.settings(head);
        const { id } = await this.updates.create(head, { leastNewRows }, OWN_NAME);
        this.logger.info({ head, job: id }, 'an update is due');
      } catch (err) {
        const isExpected = err instanceof HttpProblem || (err instanceof AttuneError && err.code === 'conflict');
        if (isExpected) this.logger.info({ head, reason: err.message }, 'no update is due');
        else this.logger.warn({ err, head }, 'a scheduled update was not begun');
      }
    }
  }
}
