import { judge, type Judged } from './judge-ranking';
import { fromHistories, hashedUser } from './user-histories';

/** A ranking head and the later events that it is to foretell. */
export interface RankingEvaluation {
  model: string;
  /** File of later events. */
  events: string;
  /** File of the events before them, where the head was exported without histories. */
  history?: string;
  signal: AbortSignal;
}

/**
 * Evaluates a ranking head on later events, over the whole catalogue, what a user had before left out. It scores as serving does.
 *
 * @throws AttuneError for files that cannot be read, and where the head keeps no histories and none are named
 */
export async function evaluateRankingHead({ model, events, history, signal }: RankingEvaluation): Promise<Judged> {
  const [{ AttuneError, readRankingHead, readRankingHistories }, { loadBehaviour }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
  ]);
  const head = await readRankingHead(model);
  const later = (await loadBehaviour(events, { signal })).events;
  if (history !== undefined) return judge(head, (await loadBehaviour(history, { signal })).events, later, SEED);
  const kept = await readRankingHistories(model);
  if (kept === undefined) {
    throw new AttuneError('wrong-use', `${model} was exported without the users' histories.`, {
      remedy: 'Name the training events with --history.',
    });
  }
  const named = later.map((event) => ({ ...event, user: hashedUser(kept.salt, event.user) }));
  return judge(head, fromHistories(kept, head.items), named, SEED);
}

/** Of the random baseline. */
const SEED = 42;
