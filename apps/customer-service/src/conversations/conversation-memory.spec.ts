import { freshState } from '@attune/dialogue';
import { ConversationMemory } from './conversation-memory';
import type { ReadConversation } from './turn-statements';

const AT = new Date('2026-11-01T12:00:00Z');

function read(id: string, text = 'hello'): ReadConversation {
  return {
    conversation: {
      id,
      channel: 'web',
      locale: null,
      customer: null,
      state: freshState(),
      answeredBy: 'bot',
      handoffId: null,
      lastSequence: 1,
      version: 0,
      followedUntil: null,
      createdAt: AT,
      updatedAt: AT,
      idempotencyKey: null,
    },
    recent: [
      {
        conversationId: id,
        sequence: 1,
        id: `${id}.1`,
        author: 'customer',
        text,
        createdAt: AT,
        reply: null,
        inReplyTo: null,
        idempotencyKey: null,
        pendingSince: null,
      },
    ],
  };
}

describe('what is remembered of conversations', () => {
  it('is given away once', () => {
    const memory = new ConversationMemory();
    memory.keep(read('a'));
    expect(memory.take('a')).toMatchObject({ conversation: { id: 'a' }, recent: [{ text: 'hello' }] });
    expect(memory.take('a')).toBeUndefined();
  });

  it('is forgotten when asked, after ten minutes, and where a message is long', () => {
    let now = 0;
    const memory = new ConversationMemory(() => now);
    for (const id of ['a', 'b']) memory.keep(read(id));
    memory.keep(read('c', 'x'.repeat(2_001)));
    memory.forget('a');
    expect(memory.take('a')).toBeUndefined();
    expect(memory.take('c')).toBeUndefined();
    now = 10 * 60_000 + 1;
    expect(memory.take('b')).toBeUndefined();
  });

  it('is bounded: the one that was kept first goes first', () => {
    const memory = new ConversationMemory();
    for (let number = 0; number <= 1_000; number++) memory.keep(read(`conversation-${number}`));
    expect(memory.take('conversation-0')).toBeUndefined();
    expect(memory.take('conversation-1')).toBeDefined();
    expect(memory.take('conversation-1000')).toBeDefined();
  });
});
