import { AttuneError, type ManifestTask } from '@attune/artifact';
import type { MarketDocument, Watch } from '@attune/contracts';
import { alertRulesSchema } from '@attune/contracts';
import { WatchMatcher } from '../matching/watch-matcher';
import { composeSentiments, planDocument } from './document-scoring';
import { scoreInputs, type LoadedHead } from './score-inputs';
import { assertTopicOfHead } from './sentiment-head';

const task = (name: string, type: ManifestTask['type'], labels: string[]): ManifestTask =>
  ({ name, type, pooling: 'mean', labels, output: name, calibration: { temperature: 1 }, metrics: {} }) as ManifestTask;

/** A head of two words: "merge" is of the topic and the direction of mergers, "loss" is negative. */
class WordHead implements LoadedHead<object> {
  readonly asked: string[] = [];
  readonly tasks = [task('mood', 'classification', ['negative', 'neutral', 'positive']), task('about', 'multi-label', ['mergers'])];

  constructor(readonly embeds = true) {}

  predictAll(texts: readonly { text: string }[], { tasks, embedding }: { tasks: readonly string[]; embedding: boolean }) {
    this.asked.push(...texts.map(({ text }) => text));
    return Promise.resolve(
      texts.map(({ text }) => {
        const merges = text.includes('merge');
        const negative = text.includes('loss') ? 0.8 : 0.1;
        const answers = {
          mood: { probabilities: { negative, neutral: 0.9 - negative, positive: 0.1 } },
          about: { probabilities: { mergers: merges ? 0.9 : 0.1 }, labels: merges ? ['mergers'] : [] },
        };
        const wanted = Object.fromEntries(Object.entries(answers).filter(([name]) => tasks.includes(name)));
        return { tasks: wanted, ...(embedding ? { embedding: merges ? Float32Array.of(0, 1) : Float32Array.of(1, 0) } : {}) };
      }),
    );
  }
}

const watch = (id: string, target: Partial<Extract<Watch['target'], { kind: 'topic' }>>): Watch => ({
  id,
  name: id,
  target: { kind: 'topic', keywords: [], threshold: 0.5, ...target },
  rules: alertRulesSchema.parse({}),
  enabled: true,
  createdAt: '2026-03-01T09:30:00Z',
  updatedAt: '2026-03-01T09:30:00Z',
});
const entity: Watch = {
  ...watch('acmeon', {}),
  target: { kind: 'entity', names: ['Acmeon'], aliases: [], tickers: [], patterns: [], excludes: [] },
};
const document = (text: string): MarketDocument => ({ id: 'd', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text });

async function watchesOf(text: string, watches: Watch[], head = new WordHead()): Promise<Record<string, string>> {
  const matcher = WatchMatcher.build(watches);
  const planned = planDocument(document(text), matcher);
  const scored = await scoreInputs(head, planned.plan.inputs, matcher.topics.descriptions, {});
  const { sentiments } = composeSentiments(planned, scored, matcher.topics, { receivedAt: 0, modelVersion: 'v1' });
  return Object.fromEntries(sentiments.map(({ event: { data } }) => [data.watchId, data.label]));
}

describe('topics that the head finds', () => {
  const watches = [watch('label', { topic: 'mergers' }), watch('meaning', { description: 'companies merge', threshold: 0.7 })];

  it('are found by label and by meaning in texts without a keyword, and get the sentiment of the whole text', async () => {
    expect(await watchesOf('They merge, at a loss', watches)).toEqual({ label: 'negative', meaning: 'negative' });
    expect(await watchesOf('They quarrel, at a loss', watches)).toEqual({});
  });

  it('are found once where a keyword finds them too, and beside an entity', async () => {
    const all = [entity, watch('label', { topic: 'mergers', keywords: ['merge'] }), ...watches.slice(1)];
    expect(await watchesOf('Acmeon and others merge', all)).toEqual({ acmeon: 'neutral', label: 'neutral', meaning: 'neutral' });
  });

  it('cost nothing where no watch asks for them', async () => {
    const head = new WordHead();
    expect(await watchesOf('They merge', [entity, watch('words', { keywords: ['quarrel'] })], head)).toEqual({});
    expect(head.asked).toEqual([]);
  });

  it('are not found by a description where the head gives no embeddings', async () => {
    expect(await watchesOf('They merge', watches, new WordHead(false))).toEqual({ label: 'neutral' });
  });
});

describe('scoreInputs', () => {
  it('embeds a description once a head, and forgets it when it is asked for no more', async () => {
    const head = new WordHead();
    const both = ['companies merge', 'a flood'];
    expect((await scoreInputs(head, [{ text: 'x' }], both, {})).descriptions.size).toBe(2);
    expect((await scoreInputs(head, [{ text: 'y' }], both, {})).descriptions.get('a flood')).toEqual(Float32Array.of(1, 0));
    expect((await scoreInputs(head, [{ text: 'z' }], ['a flood'], {})).descriptions.size).toBe(1);
    await scoreInputs(head, [], both, {});
    expect(head.asked).toEqual(['companies merge', 'a flood', 'x', 'y', 'z', 'companies merge']);
  });
});

describe('assertTopicOfHead', () => {
  const head = { topicLabels: ['mergers'], embeds: false };
  it.each([
    ['a label that the head does not know', { topic: 'weather' }],
    ['a description without embeddings', { description: 'a flood' }],
  ])('refuses %s', (_fault, target) => {
    expect(() => assertTopicOfHead(watch('w', target).target, head)).toThrow(AttuneError);
  });

  it('accepts what the head can find', () => {
    expect(() => assertTopicOfHead(watch('w', { topic: 'mergers', keywords: ['x'] }).target, head)).not.toThrow();
    expect(() => assertTopicOfHead(entity.target, head)).not.toThrow();
  });
});
