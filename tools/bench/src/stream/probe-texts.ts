import { AttuneError, ModelStore } from '@attune/artifact';
import { watchInputSchema, type MarketDocument, type WatchInput } from '@attune/contracts';
import { Predictor } from '@attune/inference';
import { sentimentTasks } from '@attune/opinion';

/** Bad news about a company, each another story. */
const STORIES = [
  'NAME warns of a heavy loss and withdraws its outlook for the year.',
  'Profit at NAME collapses as customers cancel their orders.',
  'NAME shares plunge after regulators open a fraud investigation.',
  'A plant of NAME burns down; production stops for months and sales will fall.',
  'Auditors refuse to sign the accounts of NAME, which may miss its debt payments.',
  'NAME cuts 4,000 jobs after its worst quarter in a decade.',
  'Creditors prepare for the bankruptcy of NAME.',
  'Sales of NAME dropped sharply and the dividend is cancelled.',
];
const SYLLABLES = ['ba', 'do', 'fi', 'ka', 'lu', 'me', 'no', 'ra', 'su', 'ti', 've', 'zo'];

/** Watches about which nothing is said but what the benchmark says. */
export function probeWatches(count: number): WatchInput[] {
  return Array.from({ length: count }, (_, index) =>
    watchInputSchema.parse({ name: probeName(index), target: { kind: 'entity', names: [probeName(index)] } }),
  );
}

/** An invented name, another for each number up to 20,000. */
export function probeName(index: number): string {
  const base = SYLLABLES.length;
  const digits = [index % base, Math.floor(index / base) % base, Math.floor(index / base ** 2) % base, (7 * index + 3) % base];
  const name = digits.map((digit) => SYLLABLES[digit]).join('');
  return name[0].toUpperCase() + name.slice(1);
}

/**
 * The stories that a head takes for the most negative ones.
 *
 * @throws AttuneError `bad-model` where it takes fewer than asked for as negative
 */
export async function negativeStories(models: string, count: number): Promise<string[]> {
  const { directory } = await new ModelStore(models).open('sentiment-monitor');
  const predictor = await Predictor.open(directory, { precision: 'int8', threads: 1 });
  try {
    const { sentiment } = sentimentTasks(predictor.tasks);
    const name = probeName(0);
    const results = await predictor.predict(
      STORIES.map((story) => ({ text: story.replace('NAME', name), pair: name })),
      sentiment,
    );
    const negative = STORIES.map((story, index) => ({ story, ...results[index] }))
      .filter(({ label }) => label === 'negative')
      .sort((one, other) => other.probabilities.negative - one.probabilities.negative);
    if (negative.length >= count) return negative.slice(0, count).map(({ story }) => story);
    throw new AttuneError(
      'bad-model',
      `The head takes only ${negative.length} of ${STORIES.length} plain pieces of bad news as negative.`,
      {
        remedy: 'Measure with a head that knows bad news.',
      },
    );
  } finally {
    await predictor.close();
  }
}

/** A document about a probe, which is published now. */
export function probeDocument(probe: number, story: string, number: number, publishedAt: number): MarketDocument {
  const text = story.replace('NAME', probeName(probe));
  return { id: `probe:${probe}-${number}`, source: 'bench', publishedAt: new Date(publishedAt).toISOString(), text };
}
