import type { Message } from '@attune/contracts';
import type { Database, DatabaseSession } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { CONVERSATIONS_CHANNEL } from '../conversations/announce-turn';
import { toMessage, type ConversationRepository } from '../conversations/conversation-repository';
import { KeyedQueue } from '../conversations/keyed-queue';

/** Messages that are read at once. */
const PAGE = 200;
/** A session that says nothing is ended by the server; a lost one is opened again after a pause. Milliseconds. */
const KEEP_ALIVE = 5_000;
const REOPEN_PAUSE = 500;
/** For so long the database is told that a conversation is followed, again after each half of it. */
const FOLLOWED = 60_000;

/** Who follows a conversation. */
export interface Follower {
  message(message: Message): void;
  typing(conversationId: string): void;
}

interface Following {
  readonly follower: Follower;
  /** Place of the last message that was handed over. */
  after: number;
}

/** Hands the messages of conversations to whoever follows them, each once and in order, whichever instance wrote them. */
export class ConversationFeed {
  private readonly followed = new Map<string, Set<Following>>();
  private readonly reading = new KeyedQueue();
  private session: DatabaseSession | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly repository: ConversationRepository,
    private readonly onError: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    await this.open();
    const every = (milliseconds: number, work: () => Promise<unknown>, onError: (error: unknown) => void): void => {
      this.timers.push(setInterval(() => void work().catch(onError), milliseconds).unref());
    };
    every(
      KEEP_ALIVE,
      async () => this.session?.orm.execute(sql`select 1`),
      () => undefined,
    );
    every(FOLLOWED / 2, () => this.goOn(), this.onError);
  }

  async stop(): Promise<void> {
    this.isClosed = true;
    for (const timer of this.timers) clearInterval(timer);
    this.followed.clear();
    await this.session?.close();
  }

  /**
   * Hands over what was said after a place, and then what is said.
   *
   * @returns what ends that
   * @throws AttuneError `not-found` where there is no such conversation
   */
  async follow(conversationId: string, after: number, follower: Follower): Promise<() => void> {
    // From here on the database tells what is said; what was said before is looked for afterwards.
    if (!(await this.repository.follow([conversationId], FOLLOWED)).has(conversationId)) await this.repository.get(conversationId);
    const following: Following = { follower, after };
    const others = this.followed.get(conversationId) ?? new Set();
    this.followed.set(conversationId, others.add(following));
    await this.look(conversationId);
    return () => {
      others.delete(following);
      if (others.size === 0) this.followed.delete(conversationId);
    };
  }

  /** Tells followers that a reply is on its way. */
  announceTyping(conversationId: string): void {
    for (const { follower } of this.followed.get(conversationId) ?? []) follower.typing(conversationId);
  }

  /** Reads what is new in a conversation for those who follow it. One look at a time, so that the order holds. */
  private look(conversationId: string): Promise<void> {
    return this.reading.run(conversationId, async () => {
      for (let isMore = true; isMore;) {
        const followings = [...(this.followed.get(conversationId) ?? [])];
        if (followings.length === 0) return;
        const from = Math.min(...followings.map(({ after }) => after));
        const rows = await this.repository.messages(conversationId, from, PAGE);
        for (const message of rows.map(toMessage)) {
          for (const following of followings) {
            if (message.sequence <= following.after) continue;
            following.after = message.sequence;
            following.follower.message(message);
          }
        }
        isMore = rows.length === PAGE;
      }
    });
  }

  /** Goes on following, and looks at what was said where that was interrupted. */
  private async goOn(): Promise<void> {
    if (this.followed.size === 0) return;
    const found = await this.repository.follow([...this.followed.keys()], FOLLOWED);
    await Promise.all([...found].map(([id, wasFollowed]) => (wasFollowed ? undefined : this.look(id))));
  }

  private async open(): Promise<void> {
    const session = await this.database.openSession();
    this.session = session;
    await session.listen(CONVERSATIONS_CHANNEL, (conversationId) => {
      if (this.followed.has(conversationId)) this.look(conversationId).catch(this.onError);
      // Nobody tells of turns that nobody follows: this is something else, such as a hand-over that ended, or an erasure.
      else this.repository.forget(conversationId);
    });
    void session.ended.then(() => this.reopen());
    // What was said while nobody listened.
    for (const conversationId of this.followed.keys()) this.look(conversationId).catch(this.onError);
  }

  private reopen(): void {
    if (this.isClosed) return;
    this.open().catch((error: unknown) => {
      this.onError(error);
      setTimeout(() => this.reopen(), REOPEN_PAUSE).unref();
    });
  }
}
