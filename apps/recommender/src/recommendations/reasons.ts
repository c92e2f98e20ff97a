import type { BehaviourType } from '@attune/contracts';
import type { Interaction, UserScores } from '@attune/ranking';
import type { ServedRanking } from '../model/served-ranking';

/** What a person did, as a reason says it. */
const DID: Readonly<Record<BehaviourType, string>> = {
  viewed: 'looked at',
  clicked: 'opened',
  commented: 'commented on',
  shared: 'shared',
  purchased: 'bought',
  dismissed: 'dismissed',
};
/** Cosine from which on two texts are called alike. */
const ALIKE = 0.35;

/** Says in words why an item is listed. */
export function reasonFor(
  place: number,
  ranking: ServedRanking,
  scores: UserScores,
  interactions: readonly Interaction[],
  explored: boolean,
): string {
  if (explored) return 'Shown to find out whether you like it.';
  const best = scores.evidence(place, 1).find(({ collaborative, text }) => collaborative > 0 || text >= ALIKE);
  if (best !== undefined) {
    const type = interactions.find(({ item }) => item === best.id)?.type;
    const did = type !== undefined && type in DID ? DID[type as BehaviourType] : 'looked at';
    const title = ranking.item(best.id)?.title ?? best.id;
    return best.collaborative > 0 && best.text < ALIKE
      ? `People who ${did} “${title}”, as you did, take this too.`
      : `Because you ${did} “${title}”.`;
  }
  const { category } = ranking.itemAt(place) ?? {};
  if (ranking.popularPlaces.includes(place)) return category === undefined ? 'Popular at present.' : `Popular in ${category} at present.`;
  return category === undefined ? 'New in the catalogue.' : `Among the new in ${category}.`;
}
