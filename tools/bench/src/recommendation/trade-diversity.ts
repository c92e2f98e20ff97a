import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRankingHead } from '@attune/artifact';
import { diversify, evaluateRanking, PopularityLog, RankingModel, selectTop, testUsers, type RankingReport } from '@attune/ranking';
import type { Result } from '../write-result';
import { renderTrade } from './trade-plot';

export interface DiversityTradeOptions {
  /** Ranking head that attune train wrote. */
  model: string;
  /** What it was trained on, and what came later. */
  events: string;
  test: string;
  out: string;
  onRun: (what: string) => void;
  command: string;
}

/** What is asked for as `diversity`, and how lists were. */
export interface TradePoint {
  readonly diversity: number;
  readonly report: RankingReport;
}

const STEPS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const LIST = 10;
/** Items among which the service's lists of ten are made diverse. */
const POOL = 50;

/** What diversity costs: accuracy and the distance of texts within lists, from `diversity` 0 to 1, made as the service makes lists. */
export async function tradeDiversity({ model: directory, events, test, out, onRun, command }: DiversityTradeOptions): Promise<Result> {
  const { loadBehaviour } = await import('@attune/finetune');
  const model = new RankingModel(await readRankingHead(directory));
  const { catalogue } = model;
  const [earlier, later] = [(await loadBehaviour(events)).events, (await loadBehaviour(test)).events];
  const users = testUsers(model, earlier, later);
  const log = PopularityLog.of(catalogue, earlier);
  onRun(`scoring for ${String(users.length)} users`);
  const pools = new Map(
    users.map((user) => {
      const scores = model.inContext(user, log).all();
      return [user.id, selectTop(scores, POOL, (place) => !user.seen.has(place)).map((place) => ({ place, score: scores[place] }))];
    }),
  );
  const points = STEPS.map((diversity): TradePoint => {
    onRun(`diversity ${diversity.toFixed(1)}`);
    const report = evaluateRanking(catalogue, users, ({ id }) => {
      const pool = pools.get(id) ?? [];
      const listed = pool.map(({ place, score }) => ({ score, vector: catalogue.textVector(place) }));
      const ranks = new Float64Array(catalogue.size).fill(-Infinity);
      diversify(listed, pool.length, diversity).forEach((at, rank) => (ranks[pool[at].place] = -rank));
      return ranks;
    });
    return { diversity, report };
  });
  await writeFile(join(out, 'diversity.svg'), await renderTrade(points));
  return resultOf(points, users.length, basename(test), command);
}

function resultOf(points: readonly TradePoint[], users: number, test: string, command: string): Result {
  const [plain] = points;
  return {
    name: 'diversity',
    title: 'What diversity costs',
    command,
    summary:
      `Lists of ${String(LIST)} of the whole catalogue for ${String(users)} users of ${test}, what they had before left out, made diverse by maximal marginal relevance ` +
      `among the best ${String(POOL)}, as the service does. Diversity within a list is the mean of 1 − cosine of its texts' vectors.`,
    columns: ['diversity', 'NDCG@10', 'of that without', 'diversity within lists', 'coverage@10', 'novelty@10, bits'],
    rows: points.map(({ diversity, report }) => [
      diversity.toFixed(1),
      report.ndcgAt10.toFixed(4),
      `${((100 * report.ndcgAt10) / plain.report.ndcgAt10).toFixed(0)} %`,
      report.diversityAt10.toFixed(3),
      report.coverageAt10.toFixed(3),
      report.noveltyAt10.toFixed(2),
    ]),
    notes: ['![NDCG@10 against diversity within lists](diversity.svg)'],
  };
}
