import { setTimeout as sleep } from 'node:timers/promises';
import { idPathSchema, trainingJobSchema, type IdPath, type TrainingJob } from '@attune/contracts';
import { ApiRoute, ClientSignal, sendEvents, Shutdown, ZodPath, type ServerSentEvent } from '@attune/service-kit';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { JobRepository, type JobState } from './job-repository';

/** Milliseconds between two looks at a job. */
const POLL = 400;
const ENDED: ReadonlySet<string> = new Set<TrainingJob['status']>(['succeeded', 'refused', 'failed', 'cancelled']);

/** The progress of a training as server-sent events (WHATWG HTML, section 9.2). */
@Controller('/v1/jobs/:id/progress')
export class JobProgressController {
  constructor(
    private readonly jobs: JobRepository,
    private readonly shutdown: Shutdown,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'Follow a training as server-sent events',
    description:
      'Each event is the whole job as it then was, the first one at once; the stream ends with the job. A client that comes again with the Last-Event-ID of the end gets 204, at which an EventSource stays away.',
    scope: 'read',
    responses: {
      200: { description: 'Events named `job`', schema: trainingJobSchema, contentType: 'text/event-stream' },
      204: { description: 'The job has ended, and its end was told' },
    },
    problems: ['not-found'],
  })
  async followJob(
    @ZodPath(idPathSchema) { id }: IdPath,
    @Headers('last-event-id') lastEventId: string | undefined,
    @ClientSignal() client: AbortSignal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const state = await this.jobs.get(id);
    if (ENDED.has(state.job.status) && lastEventId === String(state.revision)) {
      await reply.code(204).send();
      return;
    }
    const signal = AbortSignal.any([client, this.shutdown.stopping]);
    await sendEvents(request, reply, this.changesOf(state, signal), signal);
  }

  /** The job as it is now, and as it is after each change, until it has ended. */
  private async *changesOf(first: JobState, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
    let told: number | undefined;
    for (let state = first; ; state = await this.jobs.get(first.job.id)) {
      if (state.revision !== told) {
        told = state.revision;
        yield { id: String(told), event: 'job', data: state.job };
      }
      if (ENDED.has(state.job.status)) return;
      await sleep(POLL, undefined, { signal, ref: false });
    }
  }
}
