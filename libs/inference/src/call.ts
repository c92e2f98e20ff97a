import type { AttuneError } from '@attune/artifact';
import type { CallMeasure } from './observer';

/** What was computed of one text. */
export interface ComputedText {
  /** A row of each output, by its name. */
  readonly rows: ReadonlyMap<string, Float32Array>;
  readonly tokens: number;
  /** The text's share of the tokens computed, padding counted. */
  readonly paddedTokens: number;
  /** Its share of the time that its batch took, tokenising and computing. */
  readonly seconds: number;
}

/** Times of the task in which a text was, in seconds. */
interface TextTimes {
  readonly sentAt: number;
  readonly tokenizeSeconds: number;
  readonly inferenceSeconds: number;
}

/** One request for texts, until all of them are computed or it ends otherwise. */
export class Call {
  readonly createdAt = performance.now();
  private readonly computed: ComputedText[];
  private missing: number;
  private ended = false;
  private queueSeconds = 0;
  private tokenizeSeconds = 0;
  private inferenceSeconds = 0;

  /** @param texts different texts among those asked for */
  constructor(
    readonly texts: number,
    private readonly resolve: (computed: ComputedText[]) => void,
    private readonly reject: (error: AttuneError) => void,
    private readonly onEnd: (call: Call, measure: CallMeasure) => void,
  ) {
    this.computed = new Array<ComputedText>(texts);
    this.missing = texts;
  }

  accept(position: number, text: ComputedText, times: TextTimes): void {
    if (this.ended) return;
    this.computed[position] = text;
    this.queueSeconds = Math.max(this.queueSeconds, (times.sentAt - this.createdAt) / 1000);
    this.tokenizeSeconds = Math.max(this.tokenizeSeconds, times.tokenizeSeconds);
    this.inferenceSeconds = Math.max(this.inferenceSeconds, times.inferenceSeconds);
    if (--this.missing > 0) return;
    this.end('answered');
    this.resolve(this.computed);
  }

  fail(error: AttuneError, outcome: CallMeasure['outcome'] = 'failed'): void {
    if (this.ended) return;
    this.end(outcome);
    this.reject(error);
  }

  private end(outcome: CallMeasure['outcome']): void {
    this.ended = true;
    const { texts, queueSeconds, tokenizeSeconds, inferenceSeconds } = this;
    const totalSeconds = (performance.now() - this.createdAt) / 1000;
    this.onEnd(this, { texts, outcome, totalSeconds, queueSeconds, tokenizeSeconds, inferenceSeconds });
  }
}
