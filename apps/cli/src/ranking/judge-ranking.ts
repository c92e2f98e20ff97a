import type { RankingHead } from '@attune/artifact';
import type { BaselineName, Catalogue, RankingReport, Scorer, TestUser, UserEvent } from '@attune/ranking';

/** A report with those of simple ways of ranking beside it. */
export interface Judged extends RankingReport {
  baselines: Record<BaselineName, RankingReport>;
}

/** Judges a head, and the baselines, on later events. */
export async function judge(head: RankingHead, earlier: readonly UserEvent[], later: readonly UserEvent[], seed: number): Promise<Judged> {
  const [ranking, { AttuneError }] = await Promise.all([import('@attune/ranking'), import('@attune/artifact')]);
  const model = new ranking.RankingModel(head);
  const { catalogue } = model;
  const users = ranking.testUsers(model, earlier, later);
  if (users.length === 0) {
    throw new AttuneError('bad-data', 'No test event is of an item in the catalogue that its user did not have before.', {
      remedy: 'Name later events of the same items.',
    });
  }
  const log = ranking.PopularityLog.of(catalogue, earlier);
  return judgeBesideBaselines(catalogue, users, (user: TestUser) => model.inContext(user, log).all(), seed);
}

/** Judges a way of ranking, and the baselines, on the same users. */
export async function judgeBesideBaselines(
  catalogue: Catalogue,
  users: readonly TestUser[],
  scorer: Scorer,
  seed: number,
): Promise<Judged> {
  const [ranking, { Random }] = await Promise.all([import('@attune/ranking'), import('@attune/finetune')]);
  const report = ranking.evaluateRanking(catalogue, users, scorer, ranking.NEW_ITEM_SHARES);
  const random = new Random(seed).fork('baseline');
  const scorers = ranking.baselineScorers(catalogue, () => random.uniform());
  const baselines = Object.fromEntries(
    ranking.BASELINES.map((name) => [name, ranking.evaluateRanking(catalogue, users, scorers[name])]),
  ) as Judged['baselines'];
  return { ...report, baselines };
}
