import { calibrated, learnRanking, posteriorOf, rankingMetrics, rankOf, type LearntRanking } from '@attune/dialogue';
import type { Result } from '../write-result';
import { exportEncoder, trainFoldEncoder, type FoldEncoderOptions } from './fold-encoder';
import { foldsOf, type Fold } from './folds';
import { rankQuestions, SINGLE_WAYS, type RankedQuestion } from './rank-questions';
import { readStackFaq, type FaqEntry } from './stackfaq';

export interface RetrievalComparisonOptions extends FoldEncoderOptions {
  /** stackExchange-FAQ.json */
  stackfaq: string;
  precision: 'int8' | 'fp32';
  /** Whether the pretrained encoder is looked at alone, which takes a minute instead of an hour. */
  pretrainedOnly?: boolean;
  command: string;
}

/** Share of answers that are to be right: the service's default. */
const PRECISION = 0.9;
const SERVED = 'learnt ranking, as served';
const WAYS = [...SINGLE_WAYS, SERVED] as const;
type Way = (typeof WAYS)[number];

/** What a fold came to on its test threads. */
interface FoldOutcome {
  /** Ranks of the right entry by each way, in the order of the fold's questions; undefined where it is not found. */
  readonly ranks: Readonly<Record<Way, (number | undefined)[]>>;
  readonly learnt: LearntRanking;
  /** Questions answered by the learnt threshold, and how many of them rightly. */
  readonly answered: number;
  readonly right: number;
}

/**
 * Ranks by each way on StackFAQ, before and after fine-tuning the encoder: a query is a paraphrase, what is looked for is the entry of
 * its thread. Encoder, ranking and thresholds of a fold come of its own training threads alone.
 */
export async function compareRetrieval(options: RetrievalComparisonOptions): Promise<Result> {
  const { precision, onRun } = options;
  const entries = await readStackFaq(options.stackfaq);
  const folds = foldsOf(entries);
  const pretrained = await exportEncoder(options);
  onRun('ranking with the pretrained encoder');
  const questions = await rankQuestions(entries, pretrained, precision);
  const before: FoldOutcome[] = [];
  const after: FoldOutcome[] = [];
  for (const fold of folds) {
    before.push(await judge(fold, questions, [...fold.train, ...fold.validation]));
    if (options.pretrainedOnly === true) continue;
    const model = await trainFoldEncoder(entries, fold, options);
    onRun(`fold ${fold.number}: ranking with its encoder`);
    // On threads that it was trained on, the encoder looks better than it is; the ranking must not learn to trust that.
    after.push(await judge(fold, await rankQuestions(entries, model, precision), fold.validation));
  }
  return resultOf(entries, { before, after }, options);
}

async function judge(fold: Fold, questions: readonly RankedQuestion[], taught: readonly number[]): Promise<FoldOutcome> {
  const of = (places: readonly number[]): RankedQuestion[] => questions.filter(({ place }) => places.includes(place));
  const learnt = await learnRanking(
    of(taught).map(({ seen }) => seen),
    PRECISION,
  );
  const test = of(fold.test);
  const served = test.map(({ seen }) => ({ seen, probabilities: posteriorOf(seen, learnt.weights).candidates }));
  const ranks = Object.fromEntries(SINGLE_WAYS.map((way) => [way, test.map((question) => question.ranks[way])]));
  const answered = served.filter(
    ({ probabilities }) => calibrated(learnt.calibration, Math.max(0, ...probabilities)) >= learnt.thresholds.answer,
  );
  return {
    ranks: {
      ...(ranks as Record<(typeof SINGLE_WAYS)[number], number[]>),
      [SERVED]: served.map(({ seen, probabilities }) => (seen.answer === undefined ? undefined : rankOf(probabilities, seen.answer))),
    },
    learnt,
    answered: answered.length,
    right: answered.filter(({ seen, probabilities }) => seen.answer !== undefined && rankOf(probabilities, seen.answer) === 0).length,
  };
}

function resultOf(
  entries: readonly FaqEntry[],
  { before, after }: Readonly<Record<'before' | 'after', FoldOutcome[]>>,
  { command, precision }: RetrievalComparisonOptions,
): Result {
  const queries = entries.reduce((sum, entry) => sum + entry.queries.length, 0);
  return {
    name: 'retrieval',
    title: 'Finding the entry of a question on StackFAQ',
    command,
    summary:
      `${entries.length} threads, ${queries} paraphrases as queries, all ${entries.length} threads as candidates, found by their question (BM25, dense) or by question and ` +
      `answers (learnt ranking). Five folds by thread: ranking and thresholds are learnt on the other four` +
      (after.length === 0
        ? '. '
        : ', and so is the encoder: a quarter of their threads chooses its checkpoint and teaches the ranking of the fine-tuned one. ') +
      `Vectors of the ${precision} model.`,
    columns: ['way', 'P@1', 'MRR', 'NDCG@5', ...before.map((_, fold) => `P@1 of fold ${fold}`)],
    rows: [
      ...WAYS.map((way) => row(way, way, before)),
      ...WAYS.filter((way) => way !== 'BM25' && after.length > 0).map((way) => row(`${way}, encoder fine-tuned`, way, after)),
    ],
    notes: [
      ...(
        [
          ['pretrained', before],
          ['fine-tuned', after],
        ] as const
      )
        .filter(([, outcomes]) => outcomes.length > 0)
        .flatMap(([name, outcomes]) => [
          `With the ${name} encoder: ${againstSingleWays(outcomes)} ${thresholdsOf(outcomes)}`,
          `Ways that the learnt rankings chose there: ${outcomes.map(({ learnt }) => learnt.report?.ranking ?? 'defaults').join(', ')}.`,
        ]),
    ],
  };
}

function row(name: string, way: Way, outcomes: readonly FoldOutcome[]): string[] {
  const { precisionAt1, meanReciprocalRank, ndcgAt5 } = rankingMetrics(outcomes.flatMap(({ ranks }) => ranks[way]));
  const ofFolds = outcomes.map(({ ranks }) => rankingMetrics(ranks[way]).precisionAt1);
  return [name, ...[precisionAt1, meanReciprocalRank, ndcgAt5, ...ofFolds].map((value) => value.toFixed(4))];
}

/** In which folds the learnt ranking places fewer entries first than the better of the two that it merges. */
function againstSingleWays(outcomes: readonly FoldOutcome[]): string {
  const firsts = ({ ranks }: FoldOutcome, way: Way): number => ranks[way].filter((rank) => rank === 0).length;
  const gaps = outcomes.map((outcome) => firsts(outcome, SERVED) - Math.max(firsts(outcome, 'BM25'), firsts(outcome, 'dense')));
  const list = gaps.map((gap) => (gap > 0 ? `+${gap}` : String(gap))).join(', ');
  return `against the better of BM25 and dense the learnt ranking puts ${list} questions' entries first, by fold.`;
}

function thresholdsOf(outcomes: readonly FoldOutcome[]): string {
  const sum = (count: (outcome: FoldOutcome) => number): number => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const answered = sum((outcome) => outcome.answered);
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  const asked = sum(({ ranks }) => ranks[SERVED].length);
  return `From the learnt threshold on it answers ${share(answered, asked)} of the questions, ${share(
    sum(({ right }) => right),
    answered,
  )} of them rightly (${100 * PRECISION} % are asked for).`;
}
