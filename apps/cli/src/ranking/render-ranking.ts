import type { RankingMetrics, RankingReport, SegmentMetrics } from '@attune/ranking';
import { renderTable } from '../report-tables';
import { formatCount, formatScore, resultColours } from '../terminal';
import type { Judged } from './judge-ranking';

const LIST_FIGURES: [keyof RankingMetrics, string][] = [
  ['ndcgAt10', 'NDCG@10'],
  ['recallAt10', 'recall@10'],
  ['recallAt20', 'recall@20'],
  ['mapAt10', 'MAP@10'],
  ['mrr', 'MRR'],
  ['hitRateAt10', 'hit rate@10'],
  ['auc', 'AUC'],
  ['coverageAt10', 'coverage@10'],
  ['coverageOfSeenAt10', 'coverage@10 of seen items'],
  ['noveltyAt10', 'novelty@10 in bits'],
  ['diversityAt10', 'diversity@10'],
  ['giniAt10', 'Gini@10'],
  ['popularityBiasAt10', 'popularity bias@10'],
  ['unseenRecallAt20', 'recall@20 of unseen items'],
];

const SEGMENT_FIGURES: [keyof SegmentMetrics, string][] = [
  ['ndcgAt10', 'NDCG@10'],
  ['recallAt20', 'recall@20'],
  ['mrr', 'MRR'],
  ['hitRateAt10', 'hit rate@10'],
  ['auc', 'AUC'],
];

const SEGMENTS: [keyof RankingReport['segments'], string][] = [
  ['warmUsers', 'users with 5 events or more'],
  ['coldUsers', 'users with fewer than 5'],
  ['unseenItems', 'unseen items among themselves'],
];

const NEW_ITEM_FIGURES = ['NDCG@10', 'recall@20', 'recall@20 of unseen', 'unseen listed', 'coverage@10'];
const BASELINE_NAMES = { popular: 'popular', recent: 'recent', random: 'random', nearestTexts: 'nearest texts' };

/** A report on a ranking for people, with the baselines beside it where they were judged. */
export function renderRanking(report: RankingReport & Partial<Pick<Judged, 'baselines'>>, title: string): string {
  const others = Object.entries(report.baselines ?? {}) as [keyof typeof BASELINE_NAMES, RankingReport][];
  const rows = LIST_FIGURES.map(([key, name]) => [name, formatScore(report[key]), ...others.map(([, other]) => formatScore(other[key]))]);
  const segments = SEGMENTS.map(([key, name]) => {
    const segment = report.segments[key];
    return [name, formatCount(segment.users), ...SEGMENT_FIGURES.map(([figure]) => formatScore(segment[figure]))];
  });
  const unseen = others.map(([name, other]) => [
    `unseen items, ${BASELINE_NAMES[name]}`,
    formatCount(other.segments.unseenItems.users),
    ...SEGMENT_FIGURES.map(([figure]) => formatScore(other.segments.unseenItems[figure])),
  ]);
  const kept = (report.newItems ?? []).map(({ share, ndcgAt10, recallAt20, unseenRecallAt20, unseenCoverageAt20, coverageAt10 }) => [
    `${(100 * share).toFixed(0)} %`,
    ...[ndcgAt10, recallAt20, unseenRecallAt20, unseenCoverageAt20, coverageAt10].map(formatScore),
  ]);
  return [
    resultColours().bold(`${title}: ${formatCount(report.users)} users, ${formatCount(report.items)} items`),
    renderTable(['over the whole catalogue', 'head', ...others.map(([name]) => BASELINE_NAMES[name])], rows),
    renderTable(['segment', 'users', ...SEGMENT_FIGURES.map(([, name]) => name)], [...segments, ...unseen]),
    ...(kept.length === 0 ? [] : [renderTable(['kept for new items', ...NEW_ITEM_FIGURES], kept)]),
  ].join('\n\n');
}
