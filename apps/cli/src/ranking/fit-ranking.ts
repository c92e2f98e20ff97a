import type { RankingHead, SparseRows } from '@attune/artifact';
import type { FittedFeature, ItemFile, RankingConfig, Sequence } from '@attune/finetune';
import type { RankingModel, ScoringExamples, TestUser, UserEvent } from '@attune/ranking';
import { judgeBesideBaselines, type Judged } from './judge-ranking';
import type { KeptTensors } from './kept-tensors';

/** What a ranking is fitted to. */
export interface RankingData {
  config: RankingConfig;
  items: ItemFile;
  events: readonly UserEvent[];
  /** The same in two parts: what is fitted to first, and what the scoring head learns from. */
  earlier: readonly UserEvent[];
  later: readonly UserEvent[];
  /** `[items × textWidth]` in the order of the items' file. */
  textVectors: Float32Array;
  textWidth: number;
  kept: KeptTensors;
}

/** A fitted ranking. */
export interface FittedRanking {
  head: RankingHead;
  /** How the collaborative weights were found. */
  collaborative: 'ease' | 'als' | 'none';
  users: number;
  /** Of the events that were set aside, each user scored by weights that other users taught. */
  validation: Judged;
  /** Share by which calibrated probabilities miss what happened: those of users on whose events neither the scoring nor the curve was fitted. */
  calibrationError: number;
}

type Note = (message: string) => void;

/**
 * Fits a ranking in two rounds. First the collaborative weights and the towers learn from the earlier events alone, and the scoring head learns
 * from the later ones, over features as serving will compute them. Then they are fitted to all events, and the scoring head is put on top.
 */
export async function fitRanking(data: RankingData, note: Note): Promise<FittedRanking> {
  const [ranking, { fitScoring, Random }, { AttuneError }] = await Promise.all([
    import('@attune/ranking'),
    import('@attune/finetune'),
    import('@attune/artifact'),
  ]);
  const { config, events, earlier, later } = data;
  const random = new Random(config.seed).fork('ranking');
  const uniform = (): number => random.uniform();
  note('fitting to the earlier events');
  const first = new ranking.RankingModel((await fitParts(data, earlier, UNSCORED)).head);
  const users = ranking.testUsers(first, earlier, later);
  if (users.length < 2) {
    throw new AttuneError('bad-data', 'The split leaves later events of fewer than two users to learn from.', {
      remedy: 'Name more events, or choose another data.split or data.validationShare.',
    });
  }
  const log = ranking.PopularityLog.of(first.catalogue, earlier);
  note('learning to score');
  const { hardNegatives: hard, drawnNegatives: drawn, folds: parts, loss, l2 } = config.scoring;
  const examples = ranking.scoringExamples(first, users, { popularity: log, hard, drawn, uniform });
  const used = new Set<string>(usedFeatures(config));
  const names = ranking.FEATURES.filter((name) => used.has(name));
  const columns = names.map((name) => ranking.FEATURES.indexOf(name));
  const learn = (rows: ScoringExamples): FittedFeature[] => fitScoring(rows, { names, free: ranking.FREE_FEATURES, loss, l2 });
  const narrow = { ...examples, features: takeColumns(examples.features, ranking.FEATURES.length, columns) };
  const order = users.map((_, place) => place);
  const models = new Map<string, RankingModel>();
  const scores = new Float64Array(examples.labels.length);
  for (const { rest, part } of ranking.folds(order, Math.min(parts, users.length))) {
    const features = learn(takeUsers(narrow, rest, names.length));
    const model = first.withFeatures(features);
    for (const user of part) models.set(users[user].id, model);
    scoreRows(narrow, part, features, scores);
  }
  note('evaluating');
  const scorer = (user: TestUser): Float64Array => (models.get(user.id) ?? first).inContext(user, log).all();
  const validation = await judgeBesideBaselines(first.catalogue, users, scorer, config.seed);
  const calibration = ranking.fitCalibration(scores, examples.labels, examples.standsFor);
  const probabilities = ranking.heldOutProbabilities({ ...examples, scores }, Math.min(parts, users.length));
  const calibrationError = ranking.expectedCalibrationError(probabilities, examples.labels, examples.standsFor);
  const features = learn(narrow);
  note('fitting to all events');
  const newItems = ranking.learnNewItemShare(validation.ndcgAt10, validation.newItems ?? []);
  const fitted = await fitParts(data, events, { features, calibration, newItems });
  return { ...fitted, users: new Set(events.map(({ user }) => user)).size, validation, calibrationError };
}

const UNSCORED = {
  features: [{ name: 'collaborative', mean: 0, deviation: 1, weight: 1 }],
  calibration: { scores: [], probabilities: [] },
};

function usedFeatures({ text, match, collaborative }: RankingConfig): string[] {
  return [
    ...(match.width > 0 ? ['match'] : []),
    ...(collaborative.method === 'none' ? [] : ['collaborative']),
    ...(text.tower === 'none' ? [] : ['text', 'textOfUnseen']),
    ...['category', 'categoryOfUnseen', 'numbers', 'numbersOfUnseen', 'popularity', 'recentPopularity', 'recency', 'unseen'],
  ];
}

/** Everything of a head but the scoring, which is given. */
async function fitParts(
  { config, items, textVectors, textWidth, kept }: RankingData,
  events: readonly UserEvent[],
  scoring: Pick<RankingHead['scoring'], 'features' | 'calibration' | 'newItems'>,
): Promise<Pick<FittedRanking, 'head' | 'collaborative'>> {
  const [{ buildCatalogue }, { fitMatchHead, Random }] = await Promise.all([import('@attune/ranking'), import('@attune/finetune')]);
  const { behaviour, match, text } = config;
  const built = buildCatalogue(items.items, events, behaviour, items.numbers);
  const types = [...new Set(events.flatMap(({ type }) => type ?? []))];
  const sequences = built.sequences.map(({ entries }) => ({
    items: Int32Array.from(entries, ({ item }) => item),
    weights: Float32Array.from(entries, ({ weight }) => weight),
    types: Int32Array.from(entries, ({ type }) => (type === undefined ? types.length : types.indexOf(type))),
  }));
  const count = built.items.length;
  const vectors = new Float32Array(count * textWidth);
  vectors.set(textVectors);
  const readTexts = text.tower === 'none' ? new Float32Array(vectors.length) : vectors;
  const towers = { sequences, items: count, textVectors: readTexts, textWidth, types: [...types, UNTYPED] };
  const fitted = match.width === 0 ? undefined : fitMatchHead(towers, match, new Random(config.seed).fork('match'));
  const collaborative = await collaborativeOf(kept, sequences, count, config);
  const head: RankingHead = {
    scoring: {
      behaviour,
      ...scoring,
      ...(fitted && { attention: fitted.attention }),
      numbers: built.numbers,
      categories: items.categories,
      trainedAt: built.trainedAt,
    },
    items: built.items,
    textVectors: vectors,
    textWidth,
    matchVectors: fitted?.vectors ?? new Float32Array(0),
    matchWidth: match.width,
    // Without texts nothing was learnt of them, and a new item's text must say nothing.
    matchProjection: fitted === undefined || text.tower === 'none' ? new Float32Array(match.width * textWidth) : fitted.projection,
    collaborative: collaborative.weights,
  };
  return { head, collaborative: collaborative.method };
}

/** Collaborative weights of sequences; those that were kept of the same ones are taken. */
async function collaborativeOf(
  kept: KeptTensors,
  sequences: readonly Sequence[],
  items: number,
  { collaborative, seed }: RankingConfig,
): Promise<{ method: FittedRanking['collaborative']; weights: SparseRows }> {
  const { collaborativeMethod, fitCollaborative } = await import('@attune/finetune');
  const method = collaborativeMethod(collaborative, new Set(sequences.flatMap(({ items: own }) => [...own])).size);
  // The closed form draws nothing at random.
  const settings = JSON.stringify({ ...collaborative, method, items, ...(method === 'als' && { seed }) });
  const inputs = sequences.flatMap(({ items: own, weights }) => [own, weights]);
  const tensors = await kept.of('collaborative', [settings, ...inputs], async () => {
    const { weights: rows } = fitCollaborative(sequences, items, collaborative, seed);
    const shape = [rows.neighbours.length / Math.max(1, rows.width), rows.width];
    return new Map([
      // Places below 2²⁴ are exact in float32.
      ['neighbours', { shape, values: Float32Array.from(rows.neighbours) }],
      ['weights', { shape, values: rows.weights }],
    ]);
  });
  const [neighbours, weights] = [tensors.get('neighbours'), tensors.get('weights')];
  return {
    method,
    weights: {
      neighbours: new Int32Array(neighbours?.values ?? []),
      weights: weights?.values ?? new Float32Array(0),
      width: weights?.shape[1] ?? 0,
    },
  };
}

/** Name of the attention's bias for events without a type. */
const UNTYPED = '';

function takeColumns(matrix: Float32Array, width: number, columns: readonly number[]): Float32Array {
  const rows = matrix.length / width;
  const result = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, at) => (result[row * columns.length + at] = matrix[row * width + column]));
  }
  return result;
}

function takeUsers({ features, labels, standsFor, starts }: ScoringExamples, users: readonly number[], width: number): ScoringExamples {
  const sizes = users.map((user) => starts[user + 1] - starts[user]);
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const taken: ScoringExamples = {
    features: new Float32Array(rows * width),
    labels: new Uint8Array(rows),
    standsFor: new Float32Array(rows),
    starts: [0],
  };
  for (const user of users) {
    const [start, end] = [starts[user], starts[user + 1]];
    const at = taken.starts[taken.starts.length - 1];
    taken.features.set(features.subarray(start * width, end * width), at * width);
    taken.labels.set(labels.subarray(start, end), at);
    taken.standsFor.set(standsFor.subarray(start, end), at);
    taken.starts.push(at + end - start);
  }
  return taken;
}

function scoreRows(
  { features, starts }: ScoringExamples,
  users: readonly number[],
  fitted: readonly FittedFeature[],
  scores: Float64Array,
): void {
  const width = fitted.length;
  for (const user of users) {
    for (let row = starts[user]; row < starts[user + 1]; row++) {
      fitted.forEach(({ mean, deviation, weight }, at) => (scores[row] += (weight * (features[row * width + at] - mean)) / deviation));
    }
  }
}
