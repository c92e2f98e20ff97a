import { RepeatedWork } from '@attune/service-kit';
import type { ConversationRepository } from './conversation-repository';
import type { ConversationService } from './conversation-service';

/** How often it is looked, after how long a message counts as abandoned, and how many conversations are taken up at once. Milliseconds. */
const INTERVAL = 1_000;
const PATIENCE = 5_000;
const BATCH = 20;

/** Answers messages whose instance died, or whose answering failed: what was accepted is answered, whether its sender asks again or not. */
export class AbandonedTurns {
  private readonly rounds: RepeatedWork;

  constructor(
    private readonly repository: ConversationRepository,
    private readonly conversations: ConversationService,
    private readonly onError: (error: unknown) => void,
  ) {
    this.rounds = new RepeatedWork(() => this.run(), onError);
  }

  start(): void {
    this.rounds.start(INTERVAL);
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** One round. Each failure is reported, and holds up no other conversation. */
  async run(): Promise<void> {
    const ids = await this.repository.abandoned(new Date(Date.now() - PATIENCE), BATCH);
    await Promise.all(ids.map((id) => this.conversations.answerPending(id).then(undefined, this.onError)));
  }
}
