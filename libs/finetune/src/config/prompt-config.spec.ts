import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { headConfigSchema } from './head-config';
import { describedLabels, humanise } from './prompt-config';

const LABELS = { good: 'the news is good', bad: 'the news is bad' };

function faultsOf(settings: Record<string, unknown>): string[] {
  const parsed = headConfigSchema.safeParse(settings);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the section prompt', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a template without its slot',
      { prompt: { labels: LABELS, templates: ['about'] } },
      /^prompt.templates: .*"about" has no slot {label}/,
    ],
    ['a slot of another way', { prompt: { labels: LABELS, templates: ['{label} {mask}'] } }, /has a slot {mask}; there is {label}/],
    ['a slot twice', { prompt: { labels: LABELS, templates: ['{label} {label}'] } }, /has the slot {label} twice/],
    [
      'a label without description',
      { prompt: { labels: { good: 'up', bad: null } } },
      /^prompt.labels: the label "bad" has no description/,
    ],
    ['one label', { prompt: { labels: ['good'] } }, /at least two labels are needed, and there is "good" alone/],
    ['no label', { prompt: { labels: {} } }, /at least two labels are needed, and there is none/],
    ['a label twice', { prompt: { labels: ['good', 'bad', 'good'] } }, /"good" stands there twice/],
    ['nothing about the labels', {}, /^prompt.labels: zero-shot needs labels/],
    [
      'a way of few-shot',
      { prompt: { way: 'contrastive', labels: LABELS } },
      /contrastive does not go with task zero-shot; there is descriptions or cloze/,
    ],
    ['pairs', { prompt: { labels: LABELS }, data: { pair: 'entity' } }, /^data.pair: zero-shot reads single texts/],
    [
      'a template of texts without its slot',
      { prompt: { labels: LABELS }, normalization: { template: 'query:' } },
      /^normalization.template: .* must have the slot {text} once/,
    ],
    ['several tasks', { prompt: { labels: LABELS }, tasks: [{ name: 'a' }] }, /^tasks: zero-shot has one task alone/],
    [
      'a gap without words for it',
      { prompt: { way: 'cloze', templates: ['{text} {mask}'] } },
      /cloze needs the words that stand for each label/,
    ],
    ['a word of two labels', cloze({ good: 'fine', bad: ['poor', 'fine'] }), /the word "fine" stands for "good" and for "bad"/],
    ['a label without word', cloze({ good: 'fine', bad: null }), /the label "bad" has no word/],
    ['a cloze template without gap', cloze({ good: 'fine', bad: 'poor' }, ['{text} It was bad.']), /has no slot {mask}/],
    ['cloze without a template', { prompt: { way: 'cloze', verbalizer: { good: 'fine', bad: 'poor' } } }, /cloze needs a template/],
  ])('is refused with %s', (_, settings, message) => {
    expect(faultsOf({ task: 'zero-shot', ...settings }).join('\n')).toMatch(message);
  });

  it('is refused of another task', () => {
    expect(faultsOf({ prompt: { labels: LABELS } })).toEqual(['prompt: belongs to task zero-shot or few-shot, and task is classification']);
  });

  it('takes names alone, and names with texts', () => {
    expect(describedLabels({ labels: ['card_arrival', 'PINBlocked'] })).toEqual([
      { label: 'card_arrival', descriptions: ['card arrival'] },
      { label: 'PINBlocked', descriptions: ['PIN blocked'] },
    ]);
    expect(describedLabels({ labels: { a: 'one', b: ['two', 'three'] } })).toEqual([
      { label: 'a', descriptions: ['one'] },
      { label: 'b', descriptions: ['two', 'three'] },
    ]);
  });
});

function cloze(verbalizer: Record<string, unknown>, templates = ['{text} It was {mask}.']): Record<string, unknown> {
  return { prompt: { way: 'cloze', templates, verbalizer } };
}

it.each([
  ['card_arrival', 'card arrival'],
  ['Refund_not_showing_up', 'refund not showing up'],
  ['reverted_card_payment?', 'reverted card payment'],
  ['askForHelp', 'ask for help'],
  ['change_PIN', 'change PIN'],
  ['2', '2'],
])('reads the label %s as %s', (label, words) => {
  expect(humanise(label)).toBe(words);
});

it('takes every head.yaml that the documentation shows', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/prompt-learning.md'), 'utf8');
  const shown = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text) as Record<string, unknown>);
  expect(shown).toHaveLength(3);
  for (const settings of shown) expect(faultsOf(settings)).toEqual([]);
});
