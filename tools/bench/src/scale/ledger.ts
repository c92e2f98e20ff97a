import type { ConversationLoad } from '../dialogue/conversation-load';
import type { Turn } from '../serving/load';

/** What was asked of the services, to be held against what they did. Documents and events are counted by those who publish them. */
export class Ledger {
  private readonly begun = new Set<string>();
  messages = 0;
  failedMessages = 0;
  repeated = 0;
  contradicted = 0;
  lists = 0;
  failedLists = 0;
  /** Alerts that were provoked. */
  alerts = 0;

  get conversations(): ReadonlySet<string> {
    return this.begun;
  }

  addConversations(load: ConversationLoad): void {
    for (const id of load.conversations) this.begun.add(id);
    this.messages += load.latencies.length;
    // A reply that did not come: conversations end where a person takes over, so that none is left out on purpose.
    this.failedMessages += (load.actions['failed'] ?? 0) + (load.actions['none'] ?? 0);
    this.repeated += load.repeated;
    this.contradicted += load.contradicted;
  }

  addLists({ requests, failed }: Turn): void {
    this.lists += requests + failed;
    this.failedLists += failed;
  }
}
