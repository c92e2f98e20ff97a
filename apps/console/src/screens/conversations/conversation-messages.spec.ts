import { afterEvent, afterSaying, EMPTY_VIEW, lastSequence, type SocketEvent } from './conversation-messages';
import type { Message } from './types';

const message = (sequence: number, author: Message['author'], text: string): SocketEvent => ({
  event: 'message',
  data: { id: `m${String(sequence)}`, conversationId: 'c', sequence, author, text, createdAt: '2026-03-01T09:30:00Z' },
});

describe('the messages of a conversation', () => {
  it('stand in their order, once each, however they come', () => {
    const events = [message(2, 'bot', 'Hello'), message(1, 'customer', 'Hi'), message(2, 'bot', 'Hello'), message(3, 'customer', 'Bye')];
    const view = events.reduce(afterEvent, EMPTY_VIEW);
    expect(view.messages.map(({ text }) => text)).toEqual(['Hi', 'Hello', 'Bye']);
    expect(lastSequence(view)).toBe(3);
  });

  it('are confirmed one by one where the same was said twice', () => {
    const said = afterSaying(afterSaying(EMPTY_VIEW, 'a', 'Hello?'), 'b', 'Hello?');
    const view = afterEvent(said, message(1, 'customer', 'Hello?'));
    expect(view.unconfirmed.map(({ key }) => key)).toEqual(['b']);
    expect(afterEvent(view, message(2, 'bot', 'Hello?')).unconfirmed).toHaveLength(1);
  });

  it('show that a reply is on its way until it is there', () => {
    const typing = afterEvent(EMPTY_VIEW, { event: 'typing', data: { conversationId: 'c' } });
    expect(afterEvent(typing, message(1, 'customer', 'Hi')).isTyping).toBe(true);
    expect(afterEvent(typing, message(2, 'bot', 'Hello')).isTyping).toBe(false);
  });

  it('drop what the service refused, and say why until something is said', () => {
    const said = afterSaying(EMPTY_VIEW, 'a', 'Hello?');
    const view = afterEvent(said, { event: 'error', data: { code: 'overloaded', detail: 'Too busy.', key: 'a' } });
    expect(view).toEqual({ ...EMPTY_VIEW, refusal: 'Too busy.' });
    expect(afterSaying(view, 'b', 'Again').refusal).toBeUndefined();
  });
});
