import { AttuneError } from '@attune/artifact';
import { Call, type ComputedText } from './call';
import type { CallOptions } from './call-options';
import type { InferenceObserver } from './observer';
import { Overloaded } from './overloaded';
import { textKey, type PendingText } from './pending-text';
import { TextQueue } from './text-queue';
import { TokenEstimate } from './token-estimate';
import { closedError, type PoolTask, type TaskSource } from './worker-pool';
import type { TaskResult, TextInput } from './worker-protocol';

/** A call of more texts than this is a bulk call, unless it says otherwise. */
const MOST_TEXTS_OF_A_CALL = 64;

export interface QueueLimits {
  maxLength: number;
  /** Most tokens of a batch, padding counted. */
  tokenBudget: number;
  /** Most tokens that wait before calls are refused. */
  queueTokens: number;
  workers: number;
}

/** All calls of a model, and the texts that they wait for. Texts that several calls want at once are computed once. */
export class InferenceQueue implements TaskSource {
  private readonly queue: TextQueue;
  private readonly estimate: TokenEstimate;
  private readonly pending = new Map<string, PendingText>();
  private readonly calls = new Set<Call>();
  private refusal: AttuneError | undefined;
  private closed = false;

  constructor(
    private readonly limits: QueueLimits,
    private readonly observer: InferenceObserver,
  ) {
    this.queue = new TextQueue(limits.tokenBudget);
    this.estimate = new TokenEstimate(limits.maxLength, limits.workers);
  }

  get load(): { calls: number; texts: number; tokens: number; bulkTexts: number } {
    const { texts, tokens, bulkTexts } = this.queue;
    return { calls: this.calls.size, texts, tokens, bulkTexts };
  }

  /**
   * Queues different texts.
   *
   * @returns what was computed of each, in their order
   * @throws AttuneError `interrupted` when the call is withdrawn, `Overloaded`, or what the workers say
   */
  submit(texts: readonly TextInput[], outputs: readonly string[], { signal, bulk }: CallOptions): Promise<ComputedText[]> {
    return new Promise((resolve, reject) => {
      let stopListening: (() => void) | undefined;
      const call = new Call(texts.length, resolve, reject, (ended, measure) => {
        this.calls.delete(ended);
        stopListening?.();
        this.observer.call?.(measure);
      });
      if (this.refusal !== undefined) return call.fail(this.refusal);
      if (signal?.aborted === true) return call.fail(withdrawn(signal), 'withdrawn');
      const isBulk = bulk ?? texts.length > MOST_TEXTS_OF_A_CALL;
      const tokens = texts.map((input) => this.estimate.tokensOf(input));
      if (!isBulk && !this.hasRoomFor(tokens)) return call.fail(new Overloaded(this.estimate.secondsFor(this.queue.tokens)), 'overloaded');
      this.calls.add(call);
      const own = texts.map((input, position) => this.want(call, position, input, tokens[position], outputs, isBulk));
      if (isBulk) this.queue.addBulk(own.filter((text) => text !== undefined));
      if (signal !== undefined) stopListening = this.withdrawAt(signal, call, texts);
    });
  }

  take(bulk: boolean, idleWorkers: number): PoolTask | undefined {
    const chosen = bulk ? this.queue.takeBulk(this.limits.workers) : this.queue.takeCalls(idleWorkers);
    if (chosen.length === 0) return undefined;
    const now = performance.now();
    for (const text of chosen) {
      text.state = 'sent';
      text.sentAt = now;
    }
    const [{ outputs: first }] = chosen;
    const outputs = chosen.every((text) => text.outputs === first) ? first : union(chosen.map((text) => text.outputs));
    return {
      texts: chosen.map(({ input }) => input.text),
      ...(chosen.some(({ input }) => input.pair !== undefined) && { pairs: chosen.map(({ input }) => input.pair) }),
      outputs,
      bulk,
      done: (result) => this.deliver(chosen, outputs, result),
      failed: (error) => chosen.forEach((text) => this.fail(text, error)),
    };
  }

  /** Refuses what waits, and every call from now on, until `resume`. */
  abandon(error: AttuneError): void {
    this.refusal = error;
    for (const text of [...this.pending.values()]) {
      if (text.state !== 'waiting') continue;
      text.state = 'dropped';
      this.queue.leave(text);
      this.fail(text, error);
    }
  }

  resume(): void {
    if (!this.closed) this.refusal = undefined;
  }

  workerDied(): void {
    this.observer.workerDied?.();
  }

  /** Refuses what waits, and every call from now on. */
  close(): void {
    this.closed = true;
    this.abandon(closedError());
  }

  /** A call alone is taken, however long its texts are. */
  private hasRoomFor(tokens: readonly number[]): boolean {
    const waiting = this.queue.tokens;
    return waiting === 0 || waiting + tokens.reduce((sum, count) => sum + count, 0) <= this.limits.queueTokens;
  }

  /** Joins a text that is on its way already, or makes a new one, which a bulk call has to queue itself. */
  private want(
    call: Call,
    position: number,
    input: TextInput,
    tokens: number,
    outputs: readonly string[],
    bulk: boolean,
  ): PendingText | undefined {
    const key = textKey(input);
    const known = this.pending.get(key);
    const joins = known !== undefined && (known.state === 'waiting' || outputs.every((output) => known.outputs.includes(output)));
    if (known !== undefined && joins) {
      known.wantedBy.push({ call, position });
      if (known.state === 'waiting') {
        if (known.outputs !== outputs) known.outputs = union([known.outputs, outputs]);
        if (known.bulk && !bulk) this.queue.hasten(known);
      }
      return undefined;
    }
    const text: PendingText = { key, input, tokens, outputs, bulk, state: 'waiting', sentAt: 0, wantedBy: [{ call, position }] };
    this.pending.set(key, text);
    if (bulk) return text;
    this.queue.add(text);
    return undefined;
  }

  /** Ends the call when its signal says so. Returns what stops listening. */
  private withdrawAt(signal: AbortSignal, call: Call, texts: readonly TextInput[]): () => void {
    const withdraw = (): void => {
      for (const input of texts) this.release(call, textKey(input));
      call.fail(withdrawn(signal), 'withdrawn');
    };
    signal.addEventListener('abort', withdraw, { once: true });
    return () => signal.removeEventListener('abort', withdraw);
  }

  /** A call wants a text no more; where it was the last one, a waiting text is dropped. */
  private release(call: Call, key: string): void {
    const text = this.pending.get(key);
    if (text?.state !== 'waiting') return;
    const at = text.wantedBy.findIndex((wanted) => wanted.call === call);
    if (at < 0) return;
    text.wantedBy.splice(at, 1);
    if (text.wantedBy.length > 0) return;
    text.state = 'dropped';
    this.queue.leave(text);
    this.pending.delete(key);
  }

  private deliver(texts: readonly PendingText[], outputs: readonly string[], result: TaskResult): void {
    const { lengths, paddedTokens, tokenizeSeconds, inferenceSeconds, cpuSeconds } = result;
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    this.estimate.learn(texts, tokens, tokenizeSeconds + inferenceSeconds);
    this.observer.batch?.({
      texts: texts.length,
      tokens,
      paddedTokens,
      tokenizeSeconds,
      inferenceSeconds,
      ...(cpuSeconds !== undefined && { cpuSeconds }),
    });
    texts.forEach((text, row) => {
      this.forget(text);
      const rows = new Map(outputs.map((name, output) => [name, rowOf(result.outputs[output], row)]));
      const share = lengths[row] / tokens;
      const seconds = share * (tokenizeSeconds + inferenceSeconds);
      const computed = { rows, tokens: lengths[row], paddedTokens: share * paddedTokens, seconds };
      const times = { sentAt: text.sentAt, tokenizeSeconds, inferenceSeconds };
      for (const { call, position } of text.wantedBy) call.accept(position, computed, times);
    });
  }

  private fail(text: PendingText, error: AttuneError): void {
    this.forget(text);
    for (const { call } of text.wantedBy) call.fail(error);
  }

  private forget(text: PendingText): void {
    if (this.pending.get(text.key) === text) this.pending.delete(text.key);
  }
}

function rowOf({ values, width }: TaskResult['outputs'][number], row: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width);
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

function withdrawn(signal: AbortSignal): AttuneError {
  return new AttuneError('interrupted', 'The call was withdrawn before its texts were computed.', { cause: signal.reason });
}
