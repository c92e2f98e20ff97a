import type { PendingText } from './pending-text';
import type { TextInput } from './worker-protocol';

/** Of English, at first. */
const CHARACTERS_PER_TOKEN = 4.5;
const SPECIAL_TOKENS = 2;
/** Weight of the newest batch in what is learnt. */
const LEARNING_RATE = 0.1;
/** Before the first batch says how quick the workers are. */
const TOKENS_PER_SECOND = 4000;
const LONGEST_WAIT = 60;

/** Guesses how many tokens texts have and how long they take, from the batches before them. */
export class TokenEstimate {
  private charactersPerToken = CHARACTERS_PER_TOKEN;
  private tokensPerSecond = TOKENS_PER_SECOND;

  constructor(
    private readonly maxLength: number,
    private readonly workers: number,
  ) {}

  tokensOf(input: TextInput): number {
    return Math.min(this.maxLength, SPECIAL_TOKENS + Math.ceil(characters(input) / this.charactersPerToken));
  }

  /** Whole seconds until the workers have computed so many tokens, at least 1. */
  secondsFor(tokens: number): number {
    return Math.min(LONGEST_WAIT, Math.max(1, Math.ceil(tokens / (this.tokensPerSecond * this.workers))));
  }

  /** @param seconds that one worker took */
  learn(texts: readonly PendingText[], tokens: number, seconds: number): void {
    if (tokens === 0 || seconds <= 0) return;
    this.tokensPerSecond += LEARNING_RATE * (tokens / seconds - this.tokensPerSecond);
    const words = tokens - SPECIAL_TOKENS * texts.length;
    // Texts that were cut would teach that tokens are long.
    const whole = texts.every(({ input }) => characters(input) < this.maxLength * 2);
    if (words <= 0 || !whole) return;
    const total = texts.reduce((sum, { input }) => sum + characters(input), 0);
    this.charactersPerToken += LEARNING_RATE * (total / words - this.charactersPerToken);
  }
}

function characters({ text, pair }: TextInput): number {
  return text.length + (pair?.length ?? 0);
}
