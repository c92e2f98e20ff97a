import { join } from 'node:path';
import type { Dataset, TrainingJob } from '@attune/contracts';
import { TrainerPlace, type RunningService } from '@attune/testing';
import { createParser } from 'eventsource-parser';

export const PROGRAM = join(__dirname, '../bin/trainer.js');
/** Milliseconds that a start and a training may take where other specs keep the processors busy. */
export const LONG = 180_000;
export const HEAD = TrainerPlace.HEAD;

/** Speaks to a trainer. */
export class TrainerClient {
  constructor(
    private readonly service: () => RunningService,
    private readonly headers: Record<string, string> = {},
  ) {}

  async ask<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
    const answer = await this.service().request(method, path, body, this.headers);
    return { status: answer.status, body: answer.body as Body };
  }

  async upload<Body = Dataset>(file: string | Buffer, contentType = 'text/csv', name = 'rows'): Promise<{ status: number; body: Body }> {
    const answer = await fetch(`${this.service().url}/v1/datasets?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...this.headers },
      body: typeof file === 'string' ? file : new Uint8Array(file),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  async train(job: Record<string, unknown>): Promise<TrainingJob> {
    const { status, body } = await this.ask<TrainingJob>('POST', '/v1/jobs', { head: HEAD, ...job });
    if (status !== 202) throw new Error(JSON.stringify(body));
    return body;
  }

  async job(id: string): Promise<TrainingJob> {
    return (await this.ask<TrainingJob>('GET', `/v1/jobs/${id}`)).body;
  }

  /** The states of a job as its stream tells them, until it ends or `enough` says so. */
  async follow(id: string, enough: (job: TrainingJob) => boolean = () => false): Promise<TrainingJob[]> {
    const states: TrainingJob[] = [];
    const parser = createParser({ onEvent: ({ data }) => void states.push(JSON.parse(data) as TrainingJob) });
    const stop = new AbortController();
    const answer = await fetch(`${this.service().url}/v1/jobs/${id}/progress`, { headers: this.headers, signal: stop.signal });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body ?? []) {
        parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
        if (states.some(enough)) break;
      }
    } finally {
      stop.abort();
    }
    return states;
  }
}
