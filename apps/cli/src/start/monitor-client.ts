import type { AlertEvent, MarketDocument, WatchInput } from '@attune/contracts';

/** Documents that a request takes. */
const BATCH = 500;

/** The monitor's HTTP API, as far as the example needs it. */
export class MonitorClient {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Names of the watches that there are, up to a page of them. */
  async watchNames(): Promise<Set<string>> {
    const answer = await fetch(`${this.url}/v1/watches`, { signal: this.signal });
    const { items } = (await answer.json()) as { items: { name: string }[] };
    return new Set(items.map(({ name }) => name));
  }

  /** @throws AttuneError `bad-data` where it is refused */
  async createWatch(watch: WatchInput): Promise<void> {
    await this.post('/v1/watches', watch);
  }

  /** @throws AttuneError `bad-data` where one of them is refused */
  async handIn(documents: readonly MarketDocument[]): Promise<void> {
    const { AttuneError } = await import('@attune/artifact');
    const { documentsAcceptedSchema } = await import('@attune/contracts');
    for (let start = 0; start < documents.length; start += BATCH) {
      const answer = await this.post('/v1/documents', { documents: documents.slice(start, start + BATCH) });
      const [refusal] = documentsAcceptedSchema.parse(await answer.json()).refused;
      if (refusal !== undefined)
        throw new AttuneError('bad-data', `The document ${refusal.id ?? refusal.index} was refused: ${refusal.message}.`);
    }
  }

  /** Whether a document was scored. */
  async isScored(id: string): Promise<boolean> {
    const answer = await fetch(`${this.url}/v1/documents/${encodeURIComponent(id)}`, { signal: this.signal });
    await answer.body?.cancel();
    return answer.ok;
  }

  /**
   * Changes of alerts from now on, until the service ends or the signal is aborted. Returns once the stream is open.
   *
   * @throws AttuneError `dependency-unavailable` where it does not open
   */
  async followAlerts(): Promise<AsyncGenerator<AlertEvent>> {
    const [{ AttuneError }, { alertEventSchema }, { EventSourceParserStream }] = await Promise.all([
      import('@attune/artifact'),
      import('@attune/contracts'),
      import('eventsource-parser/stream'),
    ]);
    const { ok, status, body } = await fetch(`${this.url}/v1/alerts/stream`, { signal: this.signal });
    if (!ok || body === null) throw new AttuneError('dependency-unavailable', `The stream of alerts does not open (${status}).`);
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    return (async function* () {
      for await (const { data } of events) yield alertEventSchema.parse(JSON.parse(data));
    })();
  }

  private async post(path: string, body: unknown): Promise<Response> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.signal,
    });
    if (answer.ok) return answer;
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('bad-data', `POST ${path} was refused (${answer.status}): ${await answer.text()}`);
  }
}
