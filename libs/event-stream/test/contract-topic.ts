import { randomUUID } from 'node:crypto';
import type { TopicDefinition } from '@attune/contracts';
import { z } from 'zod';
import type { EventBatch, OutgoingMessage } from '../src/index';

const noteSchema = z.object({ n: z.number().int(), traceparent: z.string().optional() });
export type Note = z.infer<typeof noteSchema>;

/** A topic that no other spec uses. */
export function noteTopic(change: Partial<TopicDefinition<Note>> = {}): TopicDefinition<Note> {
  return {
    name: `spec.${randomUUID()}`,
    key: 'anything',
    description: 'Numbered notes',
    schema: noteSchema,
    partitions: 3,
    retentionMs: 3_600_000,
    cleanup: 'delete',
    ...change,
  };
}

/** Notes numbered from `first`, over some keys in turn. */
export function notes(count: number, { first = 0, keys = 7 } = {}): OutgoingMessage[] {
  return Array.from({ length: count }, (_, index) => note(first + index, `key-${(first + index) % keys}`));
}

export function note(n: number, key = `key-${n % 7}`): OutgoingMessage {
  return { key, value: JSON.stringify({ n }) };
}

export function numbers({ events }: EventBatch<Note>): number[] {
  return events.map(({ event }) => event.n);
}

export function ascending(values: Iterable<number>): number[] {
  return [...values].sort((left, right) => left - right);
}

export function range(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
