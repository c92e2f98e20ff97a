import { TOPICS, type MarketDocument } from '@attune/contracts';
import { cloudEventMessage, type OutgoingMessage } from '@attune/event-stream';
import { toDocumentEvent } from '@attune/opinion';
import { chance } from './chance';

export interface MessageOptions {
  readonly seed: number;
  /** Share of the documents after which a message follows that is no document. */
  readonly poison: number;
}

/** Share of the documents that come again, some later than others. */
const REPEATED = 0.02;
/** Share of the documents whose id comes again with other content. */
const CONTRADICTED = 0.002;
/** Documents after which a repetition comes, at most. */
const DISTANCE = 2_000;

/**
 * The messages that bring documents, in their order; some come twice, some are contradicted by another of their id, and
 * between them stand some that are not documents at all.
 */
export function messagesOf(documents: readonly MarketDocument[], { seed, poison }: MessageOptions): OutgoingMessage[] {
  const later = new Map<number, OutgoingMessage[]>();
  const messages: OutgoingMessage[] = [];
  const follow = (index: number, message: OutgoingMessage): void => {
    const place = Math.min(documents.length - 1, index + Math.floor(DISTANCE * chance(seed, 'distance', index) ** 3));
    later.set(place, [...(later.get(place) ?? []), message]);
  };
  documents.forEach((document, index) => {
    const { id } = document;
    messages.push(messageOf(document));
    if (chance(seed, 'repeated', id) < REPEATED) follow(index, messageOf(document));
    if (chance(seed, 'contradicted', id) < CONTRADICTED)
      follow(index, messageOf({ ...document, text: `${document.text} On the contrary.` }));
    messages.push(...(later.get(index) ?? []));
    if (chance(seed, 'poison', id) < poison) messages.push(poisonAfter(document, index));
  });
  return messages;
}

function messageOf(document: MarketDocument): OutgoingMessage {
  return cloudEventMessage(TOPICS.marketDocuments, document.id, toDocumentEvent(document));
}

/** Each kind of message that must harm nobody, in turn. */
function poisonAfter(document: MarketDocument, index: number): OutgoingMessage {
  const id = `poison:${index}`;
  const event = toDocumentEvent({ ...document, id });
  const kinds: readonly (() => OutgoingMessage)[] = [
    () => ({ key: id, value: '{"specversion":"1.0","id":' }),
    () => ({ key: id, value: Buffer.from([0xff, 0xfe, 0x00, 0x7b]) }),
    () => ({ key: id, value: JSON.stringify({ ...event, data: { ...event.data, text: 42 } }) }),
    () => ({ key: null, value: '[]' }),
    () => messageOf({ ...document, id, publishedAt: '2099-01-01T00:00:00.000Z' }),
    () => messageOf({ ...document, id, publishedAt: '1970-01-01T00:00:00.000Z' }),
  ];
  const kind = kinds[Math.floor(chance('kind', id) * kinds.length)];
  return kind === undefined ? { key: id, value: '' } : kind();
}
