import type { ReadConversation } from './turn-statements';

/** Conversations that are remembered at most, for how long, and the longest message of one: milliseconds, characters. */
const MOST_CONVERSATIONS = 1_000;
const LONGEST_TIME = 10 * 60_000;
const LONGEST_MESSAGE = 2_000;

interface Remembered extends ReadConversation {
  readonly since: number;
}

/**
 * Conversations as this process left them, for the message after, which then need not be read. Whoever uses one checks with what it writes
 * that the conversation is still so: another instance may have gone on with it. In one that is remembered nothing waits for an answer.
 */
export class ConversationMemory {
  /** The one that was used last comes last. */
  private readonly known = new Map<string, Remembered>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  keep({ conversation, recent }: ReadConversation): void {
    const { id } = conversation;
    this.known.delete(id);
    if (recent.some(({ text }) => text.length > LONGEST_MESSAGE)) return;
    this.known.set(id, { conversation, recent, since: this.now() });
    for (const [oldest, { since }] of this.known) {
      if (this.known.size <= MOST_CONVERSATIONS && this.now() - since <= LONGEST_TIME) break;
      this.known.delete(oldest);
    }
  }

  /** Gives a conversation away: whoever takes it goes on with it. */
  take(id: string): ReadConversation | undefined {
    const remembered = this.known.get(id);
    this.known.delete(id);
    return remembered === undefined || this.now() - remembered.since > LONGEST_TIME ? undefined : remembered;
  }

  forget(id: string): void {
    this.known.delete(id);
  }
}
