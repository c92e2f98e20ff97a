import type { Precision } from './model-directory';
import { Predictor } from './predictor';
import type { TextInput } from './worker-protocol';

export interface InferenceBenchmarkOptions {
  precision: Precision;
  threads?: number;
  /** Default: 10,000 different short texts. */
  texts?: readonly TextInput[];
  /** Times the texts are computed; the quickest counts, since other work on the machine can only slow one down. Default 3. */
  rounds?: number;
  /** Single texts, one after the other, for the latency; default 100. */
  singles?: number;
}

/** Figures of one model on one machine; times exclude its loading. */
export interface InferenceBenchmark {
  precision: Precision;
  threads: number;
  texts: number;
  tokens: number;
  /** Share of computed tokens that were padding. */
  paddingShare: number;
  /** Seconds of the quickest round. */
  seconds: number;
  textsPerSecond: number;
  tokensPerSecond: number;
  /** Seconds from opening the directory to ready workers. */
  loadSeconds: number;
  /** The same of texts of equal length, whatever the texts above are: 22 words, which are 24 tokens of an English encoder. */
  shortTexts: { tokensPerText: number; textsPerSecond: number };
  /** Milliseconds for a single text with nothing else to do: median and 99th percentile. */
  singleTextMilliseconds: { p50: number; p99: number };
}

const DEFAULT_TEXTS = 10_000;
const SHORT_TEXTS = 2_000;
const SHORT_WORDS = 22;

/** Measures how many texts a second a model directory computes, and how long a single text takes. */
export async function benchmarkInference(directory: string, options: InferenceBenchmarkOptions): Promise<InferenceBenchmark> {
  const { precision, texts = benchmarkTexts(DEFAULT_TEXTS), rounds = 3, singles = 100 } = options;
  const opened = performance.now();
  const predictor = await Predictor.open(directory, { precision, ...(options.threads === undefined ? {} : { threads: options.threads }) });
  const loadSeconds = (performance.now() - opened) / 1000;
  try {
    const output = predictor.tasks.at(0)?.output ?? 'embedding';
    await predictor.compute(texts.slice(0, 64 * predictor.threads), output);
    const best = await quickestRound(predictor, texts, output, rounds);
    const short = await quickestRound(predictor, benchmarkTexts(Math.min(texts.length, SHORT_TEXTS), SHORT_WORDS), output, rounds);
    const { seconds, tokens, paddedTokens } = best;
    return {
      precision,
      threads: predictor.threads,
      texts: texts.length,
      tokens,
      paddingShare: 1 - tokens / paddedTokens,
      seconds,
      textsPerSecond: texts.length / seconds,
      tokensPerSecond: tokens / seconds,
      loadSeconds,
      shortTexts: { tokensPerText: short.tokens / short.texts, textsPerSecond: short.texts / short.seconds },
      singleTextMilliseconds: await singleTextLatency(predictor, texts, output, singles),
    };
  } finally {
    await predictor.close();
  }
}

async function quickestRound(
  predictor: Predictor,
  texts: readonly TextInput[],
  output: string,
  rounds: number,
): Promise<{ texts: number; seconds: number; tokens: number; paddedTokens: number }> {
  let best = { texts: 0, seconds: Infinity, tokens: 0, paddedTokens: 0 };
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const { uniqueTexts, tokens, paddedTokens } = await predictor.compute(texts, output, { bulk: true });
    const seconds = (performance.now() - started) / 1000;
    if (seconds < best.seconds) best = { texts: uniqueTexts, seconds, tokens, paddedTokens };
  }
  return best;
}

async function singleTextLatency(
  predictor: Predictor,
  texts: readonly TextInput[],
  output: string,
  count: number,
): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await predictor.compute([texts[index % texts.length]], output);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

const WORDS = (
  'account balance bank branch bill card cash charge check city company cost country customer date day deposit email error fee form help home ' +
  'hour identity interest invoice limit loan mail market minute money month name number office order parcel password payment phone pin place ' +
  'plan price problem profit question rate reason receipt refund report request sale service share ship shop statement store support system ' +
  'tax ticket time transfer travel value week work year after again always before could did does get give have how just long make missing ' +
  'need new not now old open pending please receive send should still take the there this today tomorrow twice use wait was what when where ' +
  'which why will with would wrong yesterday your'
).split(' ');

/**
 * Different English-like texts, the same ones in every run.
 *
 * @param words of each text; default 10 to 22
 */
export function benchmarkTexts(count: number, words?: number): TextInput[] {
  return Array.from({ length: count }, (_, index) => {
    let state = index;
    const next = (bound: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 4_294_967_296) * bound);
    };
    // Neighbouring seeds start alike; after a few numbers they no longer do.
    for (let i = 0; i < 4; i++) next(1);
    return { text: Array.from({ length: words ?? 10 + next(13) }, () => WORDS[next(WORDS.length)]).join(' ') };
  });
}
