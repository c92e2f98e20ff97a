import { ModelStore } from '@attune/artifact';
import type { MarketDocument, WatchInput } from '@attune/contracts';
import { Predictor, type TextInput } from '@attune/inference';
import { planDocument, WatchMatcher } from '@attune/opinion';

/** Documents and what the head is asked about them. */
export interface PlannedBatch {
  readonly documents: number;
  /** Sentiments about a watch. */
  readonly pairs: number;
  readonly inputs: readonly TextInput[];
}

/** How much a model computes when it does nothing else. */
export interface BareRate {
  documentsPerSecond: number;
  pairsPerSecond: number;
}

/** Documents that are computed together, and calls under way at once: those of the service. */
const BATCH = 500;
const CALLS = 2;

/** What the service will ask about documents, in batches as large as its own. */
export function planBatches(documents: readonly MarketDocument[], watches: readonly WatchInput[]): PlannedBatch[] {
  const matcher = WatchMatcher.build(watches.map((watch, index) => ({ ...watch, id: String(index) })));
  const batches: PlannedBatch[] = [];
  for (let start = 0; start < documents.length; start += BATCH) {
    const planned = documents.slice(start, start + BATCH).map((document) => planDocument(document, matcher).plan);
    batches.push({
      documents: planned.length,
      pairs: planned.reduce((sum, { targets }) => sum + targets.length, 0),
      inputs: planned.flatMap(({ inputs }) => inputs),
    });
  }
  return batches;
}

/** Lets the promoted head compute batches as the service would, with nothing else to do. */
export async function measureBareRate(models: string, batches: readonly PlannedBatch[]): Promise<BareRate> {
  const { directory } = await new ModelStore(models).open('sentiment-monitor');
  const predictor = await Predictor.open(directory, { precision: 'int8' });
  try {
    const [first] = batches;
    await predictor.predictAll(first.inputs, { bulk: true });
    const waiting = [...batches];
    const startedAt = performance.now();
    const work = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift())
        await predictor.predictAll(batch.inputs, { bulk: true });
    };
    await Promise.all(Array.from({ length: CALLS }, work));
    const seconds = (performance.now() - startedAt) / 1_000;
    const sum = (count: 'documents' | 'pairs'): number => batches.reduce((total, batch) => total + batch[count], 0);
    return { documentsPerSecond: sum('documents') / seconds, pairsPerSecond: sum('pairs') / seconds };
  } finally {
    await predictor.close();
  }
}
