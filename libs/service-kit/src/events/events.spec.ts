import { TOPICS, type MarketDocumentEvent } from '@attune/contracts';
import { BatchHandler, cloudEventMessage, type EventBatch, type EventStream } from '@attune/event-stream';
import { Controller, Module } from '@nestjs/common';
import { startTestService } from '../../test/test-service';
import { currentTraceparent, EVENT_STREAM, EventStreamModule, runInContext, workContext } from '..';

const seen: { ids: string[]; traceparent: string | undefined }[] = [];
let handledOne: () => void = () => undefined;

@Controller()
class DocumentsHandler {
  @BatchHandler(TOPICS.marketDocuments, { group: 'kit' })
  handle(batch: EventBatch<MarketDocumentEvent>): Promise<void> {
    seen.push({ ids: batch.events.map(({ event }) => event.id), traceparent: currentTraceparent() });
    handledOne();
    return Promise.resolve();
  }
}

@Module({
  imports: [EventStreamModule.forService({ topics: [TOPICS.marketDocuments], clientId: 'kit' })],
  controllers: [DocumentsHandler],
})
class EventsModule {}

describe('a service with a stream', () => {
  it('handles events in their trace, is ready once its consumers are, shows them in its metrics, and drains them', async () => {
    const service = await startTestService(EventsModule);
    const stream = service.app.get<EventStream>(EVENT_STREAM, { strict: false });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const event: MarketDocumentEvent = {
      specversion: '1.0',
      id: 'e1',
      source: '/test',
      type: 'attune.market.document',
      time: '2026-03-01T09:30:00Z',
      datacontenttype: 'application/json',
      data: { id: 'wire:1', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text: 'Orders fell again.' },
    };
    const handled = new Promise<void>((resolve) => (handledOne = resolve));
    await runInContext(workContext({ traceparent }), () =>
      stream.publish(TOPICS.marketDocuments.name, [cloudEventMessage(TOPICS.marketDocuments, 'wire:1', event)]),
    );
    await handled;
    expect(seen).toEqual([{ ids: ['e1'], traceparent }]);
    expect(await (await fetch(`${service.url}/health/ready`)).json()).toEqual({ status: 'ready', checks: { events: { ready: true } } });
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain('attune_consumer_ready{topic="market.documents",group="kit"} 1');
    expect((await service.close()).failed).toEqual([]);
    expect(stream.status().every(({ ready }) => !ready)).toBe(true);
  });
});
