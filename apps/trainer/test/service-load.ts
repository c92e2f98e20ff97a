import type { RunningService } from '@attune/testing';

/** Conversations that go on as long as they are let. */
export class ServiceLoad {
  private readonly ends: Promise<void>[];
  private stopped = false;
  answered = 0;
  readonly failures: string[] = [];

  /** @param texts what is said, in turn */
  constructor(
    private readonly service: RunningService,
    private readonly texts: readonly string[],
    clients: number,
  ) {
    this.ends = Array.from({ length: clients }, () => this.converse());
  }

  /** Lets the messages in hand be answered. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.ends);
  }

  private async converse(): Promise<void> {
    while (!this.stopped) {
      const id = await this.send('/v1/conversations', { locale: 'en' });
      for (let turn = 0; turn < 3 && id !== undefined && !this.stopped; turn++) {
        await this.send(`/v1/conversations/${id}/messages`, { text: this.texts[this.answered % this.texts.length] });
      }
    }
  }

  private async send(path: string, body: object): Promise<string | undefined> {
    try {
      const answer = await this.service.request('POST', path, body);
      if (answer.status < 300) {
        this.answered++;
        return (answer.body as { id?: string }).id;
      }
      this.failures.push(`${answer.status} ${JSON.stringify(answer.body)}`);
    } catch (error) {
      this.failures.push(String(error));
    }
    return undefined;
  }
}
