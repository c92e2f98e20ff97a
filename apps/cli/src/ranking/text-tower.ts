import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemRow, RankingConfig } from '@attune/finetune';
import type { UserEvent } from '@attune/ranking';
import { createdBy } from '../version';

/** What the text tower is made from. */
export interface TowerOptions {
  config: RankingConfig;
  items: readonly ItemRow[];
  /** Events that fine-tuning may look at: those that the scoring head will not be judged by. */
  events: readonly UserEvent[];
  /** A folder of its own for files that are not kept. */
  folder: string;
  signal: AbortSignal;
  note: (message: string) => void;
}

/** Items taken this many places after another are a pair. */
const PAIR_DISTANCE = 3;

/**
 * Writes the encoder of a ranking's texts as an embedding model: as it is, or fine-tuned by the matching task, to bring the text of an item near
 * to those of the items that the same user took next.
 *
 * @returns its directory
 */
export async function writeTextTower({ config, items, events, folder, signal, note }: TowerOptions): Promise<string> {
  const { exportEmbeddingModel, headConfigSchema, loadEncoder, trainHead } = await import('@attune/finetune');
  const { text, seed, encoder, export: wanted } = config;
  const out = join(folder, 'embedder');
  const { maxLength } = text;
  if (text.tower !== 'fine-tuned') {
    note('loading the encoder');
    await exportEmbeddingModel(await loadEncoder(encoder), { out, maxLength, int8: wanted.int8, createdBy });
    return out;
  }
  const pairs = await textPairs(config, items, events);
  note(`fine-tuning the encoder on ${pairs.length} pairs of items`);
  const train = join(folder, 'pairs.jsonl');
  await writeFile(train, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  const head = headConfigSchema.parse({
    task: 'matching',
    encoder,
    seed,
    data: { train, text: 'text', pair: 'pair' },
    tuner: { name: text.tuner },
    ...(text.learningRate !== undefined && { optimizer: { learningRate: text.learningRate } }),
    training: { epochs: text.epochs, batchSize: 64, maxLength, hiddenDropout: 0, attentionDropout: 0 },
    loss: { name: 'info-nce', hardNegatives: 0 },
    export: { int8: wanted.int8 },
  });
  await trainHead(head, {
    out,
    resume: false,
    signal,
    createdBy,
    onEvent: (event) => {
      if (event.type === 'note') note(event.message);
    },
  });
  return out;
}

/** Texts of items and of those that the same user took soon after, each pair once, in a seeded order. */
async function textPairs(
  { behaviour, seed, text }: RankingConfig,
  items: readonly ItemRow[],
  events: readonly UserEvent[],
): Promise<{ text: string; pair: string }[]> {
  const [{ AttuneError }, { buildCatalogue }, { Random }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/ranking'),
    import('@attune/finetune'),
  ]);
  const { sequences } = buildCatalogue(items, events, behaviour, []);
  const found = new Map<string, { text: string; pair: string }>();
  for (const { entries } of sequences) {
    entries.forEach(({ item }, place) => {
      for (const next of entries.slice(place + 1, place + 1 + PAIR_DISTANCE)) {
        const [one, other] = [items.at(item)?.text ?? '', items.at(next.item)?.text ?? ''];
        if (one !== '' && other !== '' && one !== other) found.set(`${item} ${next.item}`, { text: one, pair: other });
      }
    });
  }
  if (found.size === 0) {
    throw new AttuneError('bad-data', 'No user took two items with texts: there is nothing to fine-tune the text tower on.', {
      remedy: 'Leave text.tower at frozen.',
    });
  }
  return new Random(seed)
    .fork('pairs')
    .shuffle([...found.values()])
    .slice(0, text.pairs);
}
