import type { PendingText } from './pending-text';

/** Waiting texts among which a batch's companions are looked for. */
const WINDOW = 256;
/** Tokens below which a worker takes all that waits: two workers would both go through all weights for a few tokens each. */
const LEAST_SHARE = 32;
/** Tokens of one task of a bulk call, and the fewest, so that the last tasks end together and none is tiny. */
const LARGEST_BULK_TASK = 4096;
const SMALLEST_BULK_TASK = 512;

/** The texts of a bulk call that no worker has, the longest first. */
interface BulkLane {
  readonly texts: PendingText[];
  next: number;
  tokens: number;
}

/**
 * Texts that wait for a worker. Those of ordinary calls are taken in the order of their arrival, with companions of similar
 * length; bulk calls are taken in turns, piece by piece. Texts whose `state` is no longer `waiting` are passed over.
 */
export class TextQueue {
  private calls: PendingText[] = [];
  private lanes: BulkLane[] = [];
  private waitingTexts = 0;
  private waitingTokens = 0;
  private waitingBulk = 0;

  constructor(private readonly tokenBudget: number) {}

  /** Texts of ordinary calls. */
  get texts(): number {
    return this.waitingTexts;
  }

  /** Tokens of ordinary calls' texts, estimated. */
  get tokens(): number {
    return this.waitingTokens;
  }

  get bulkTexts(): number {
    return this.waitingBulk;
  }

  add(text: PendingText): void {
    this.calls.push(text);
    this.waitingTexts++;
    this.waitingTokens += text.tokens;
  }

  addBulk(texts: readonly PendingText[]): void {
    if (texts.length === 0) return;
    const sorted = [...texts].sort((a, b) => b.tokens - a.tokens);
    this.lanes.push({ texts: sorted, next: 0, tokens: sorted.reduce((sum, { tokens }) => sum + tokens, 0) });
    this.waitingBulk += texts.length;
  }

  /** A text of a bulk call that an ordinary call wants, too: it waits with those of ordinary calls from now on. */
  hasten(text: PendingText): void {
    this.leave(text);
    text.bulk = false;
    this.add(text);
  }

  /** A text that nobody wants any more, or that a worker gets. Its place is cleared when it is come upon. */
  leave(text: PendingText): void {
    if (text.bulk) this.waitingBulk--;
    else {
      this.waitingTexts--;
      this.waitingTokens -= text.tokens;
    }
  }

  /** Takes texts of ordinary calls for one task: no more than a batch, and no more than one share where several workers are idle. */
  takeCalls(idleWorkers: number): PendingText[] {
    // A task that only lies ready must not take what an ordinary batch would hold.
    if (idleWorkers === 0 && this.waitingTokens < this.tokenBudget) return [];
    const share = Math.ceil(this.waitingTokens / Math.max(1, idleWorkers));
    const limit = Math.min(this.tokenBudget, Math.max(LEAST_SHARE, share));
    const window: PendingText[] = [];
    let scanned = 0;
    for (; scanned < this.calls.length && window.length < WINDOW; scanned++) {
      const text = this.calls[scanned];
      if (text.state === 'waiting' && !text.bulk) window.push(text);
    }
    const chosen = chooseBatch(window, limit);
    const taken = new Set(chosen);
    this.calls.splice(0, scanned, ...window.filter((text) => !taken.has(text)));
    for (const text of chosen) this.leave(text);
    return chosen;
  }

  /** Takes texts of the bulk call whose turn it is for one task. */
  takeBulk(workers: number): PendingText[] {
    for (let lane = this.lanes.shift(); lane !== undefined; lane = this.lanes.shift()) {
      const limit = Math.min(LARGEST_BULK_TASK, Math.max(SMALLEST_BULK_TASK, Math.ceil(lane.tokens / (2 * workers))));
      const chosen: PendingText[] = [];
      let tokens = 0;
      for (; lane.next < lane.texts.length && (tokens === 0 || tokens + lane.texts[lane.next].tokens <= limit); lane.next++) {
        const text = lane.texts[lane.next];
        lane.tokens -= text.tokens;
        if (text.state !== 'waiting' || !text.bulk) continue;
        chosen.push(text);
        tokens += text.tokens;
      }
      if (lane.next < lane.texts.length) this.lanes.push(lane);
      for (const text of chosen) this.leave(text);
      if (chosen.length > 0) return chosen;
    }
    return [];
  }
}

/** The first text, and those nearest to it in length, up to the limit of tokens. */
function chooseBatch(window: readonly PendingText[], limit: number): PendingText[] {
  const [first] = window;
  if (first === undefined) return [];
  const near = [...window].sort((a, b) => Math.abs(a.tokens - first.tokens) - Math.abs(b.tokens - first.tokens));
  const chosen: PendingText[] = [first];
  let longest = first.tokens;
  for (const text of near) {
    if (text === first) continue;
    const padded = Math.max(longest, text.tokens) * (chosen.length + 1);
    if (padded > limit) break;
    longest = Math.max(longest, text.tokens);
    chosen.push(text);
  }
  return chosen;
}
