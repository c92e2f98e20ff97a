import { AttuneError } from '@attune/artifact';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom, type Observable } from 'rxjs';
import type { EventBatch, EventStream, RunningSubscription } from '../port';
import type { BatchHandlerExtras } from './batch-handler';

/**
 * Nest's way to a stream, as a custom transport strategy: subscribes every method with `@BatchHandler` when the
 * microservice starts, and drains them when it closes. The stream itself stays open, since others publish on it.
 */
export class EventStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('attune-event-stream');
  private running: RunningSubscription[] = [];

  constructor(private readonly stream: EventStream) {
    super();
  }

  override listen(callback: (error?: unknown) => void): void {
    this.subscribeAll().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  override async close(): Promise<void> {
    const running = this.running;
    this.running = [];
    await Promise.all(running.map((subscription) => subscription.stop()));
  }

  override on(event: string): never {
    throw new AttuneError('wrong-use', `The event stream has no event "${event}" to listen to.`, {
      remedy: 'Give the stream an observer instead.',
    });
  }

  /** @returns the {@link EventStream} */
  override unwrap<T>(): T {
    return this.stream as T;
  }

  private async subscribeAll(): Promise<void> {
    try {
      for (const [pattern, handler] of this.messageHandlers) {
        const { topic, options } = batchExtras(pattern, handler);
        const handle = (batch: EventBatch<unknown>): Promise<void> => callHandler(handler, batch);
        this.running.push(await this.stream.subscribe({ ...options, topic, handle }));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

function batchExtras(pattern: string, handler: MessageHandler): BatchHandlerExtras {
  const extras: Partial<BatchHandlerExtras> | undefined = handler.extras;
  const { topic, options } = extras ?? {};
  if (topic === undefined || options === undefined) {
    throw new AttuneError('wrong-use', `The handler of "${pattern}" says no topic.`, { remedy: 'Declare it with @BatchHandler.' });
  }
  if (handler.next !== undefined) {
    throw new AttuneError('wrong-use', `Two handlers consume the topic ${topic.name} in the group ${options.group}.`, {
      remedy: 'Give each a group of its own: consumers of one group share the messages.',
    });
  }
  return { topic, options };
}

/** Nest wraps what a handler returns in an observable, in which its error travels too. */
async function callHandler(handler: MessageHandler, batch: EventBatch<unknown>): Promise<void> {
  const result: Observable<unknown> | unknown = await handler(batch);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}

function isObservable(value: unknown): value is Observable<unknown> {
  return typeof value === 'object' && value !== null && 'subscribe' in value;
}
