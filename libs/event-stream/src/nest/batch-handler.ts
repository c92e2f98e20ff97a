import type { TopicDefinition } from '@attune/contracts';
import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EventBatch, Subscription } from '../port';

/** How a handler's topic is consumed: all of a {@link Subscription} but the topic and the handler itself. */
export type BatchHandlerOptions = Omit<Subscription<unknown>, 'topic' | 'handle'>;

/** What the decorator leaves for the server to find, under Nest's own metadata of an event handler. */
export interface BatchHandlerExtras {
  readonly topic: TopicDefinition;
  readonly options: BatchHandlerOptions;
}

/** Nest's own filter would turn every error into "Internal server error", and the stream decides by the error's code. */
@Catch()
class PassErrorOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Makes a controller's method the handler of a topic's batches:
 * `@BatchHandler(TOPICS.marketDocuments, { group: 'scoring' }) async score(batch: EventBatch<MarketDocumentEvent>)`.
 * Guards, pipes and interceptors of Nest apply; errors reach the stream as they were thrown.
 */
export function BatchHandler<E>(topic: TopicDefinition<E>, options: BatchHandlerOptions) {
  const extras: BatchHandlerExtras = { topic, options };
  const decorate = applyDecorators(EventPattern(`${options.group}:${topic.name}`, extras), UseFilters(PassErrorOn));
  return (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<(batch: EventBatch<E>) => Promise<void>>): void => {
    decorate(target, key, descriptor);
  };
}
