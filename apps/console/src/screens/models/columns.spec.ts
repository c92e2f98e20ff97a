import { missingRoles, requestColumns, suggestColumns } from './columns';
import type { Head } from './types';

const PLAIN: Head = { name: 'support', task: 'classification', tasks: [], columns: { labels: {} } };
const SEVERAL: Head = {
  name: 'monitor',
  task: 'classification',
  tasks: ['sentiment', 'topics'],
  columns: { text: 'text', pair: 'entity', labels: { sentiment: 'label', topics: 'topics' } },
};
const dataset = (columns: string[], ...sample: string[][]) => ({
  columns,
  sample: sample.map((cells) => Object.fromEntries(cells.map((cell, place) => [columns[place], cell]))),
});

describe('columns of a training', () => {
  it('are told by the names that columns usually have, however they are written', () => {
    expect(suggestColumns(PLAIN, dataset(['Intent', 'id', 'Message']))).toMatchObject({
      text: 'Message',
      label: 'Intent',
      pair: undefined,
    });
    expect(suggestColumns(PLAIN, dataset(['标签', '文本']))).toMatchObject({ text: '文本', label: '标签' });
  });

  it('are those of the head where the data set has them', () => {
    const columns = suggestColumns(SEVERAL, dataset(['text', 'entity', 'label', 'topics']));
    expect(columns).toEqual({
      text: 'text',
      pair: 'entity',
      label: undefined,
      group: undefined,
      labels: { sentiment: 'label', topics: 'topics' },
    });
    expect(requestColumns(columns)).toEqual({ text: 'text', pair: 'entity', labels: { sentiment: 'label', topics: 'topics' } });
  });

  it('are told by their lengths where no name says it', () => {
    const rows = dataset(['a', 'b'], ['refund', 'please pay me back'], ['delivery', 'where is my parcel']);
    expect(suggestColumns(PLAIN, rows)).toMatchObject({ text: 'b', label: 'a' });
    expect(suggestColumns(PLAIN, dataset(['only'], ['a text']))).toMatchObject({ text: 'only', label: undefined });
  });

  it('leave a task without one where the data set has none for it', () => {
    const columns = suggestColumns(SEVERAL, dataset(['text', 'label']));
    expect(columns.labels).toEqual({ sentiment: 'label', topics: undefined });
    expect(missingRoles(SEVERAL, columns)).toEqual([]);
    expect(requestColumns(columns)).toEqual({ text: 'text', labels: { sentiment: 'label' } });
  });

  it('are missed where nothing could be learnt without them', () => {
    const none = { text: undefined, pair: undefined, label: undefined, group: undefined, labels: {} };
    expect(missingRoles(PLAIN, none)).toEqual(['text', 'label']);
    expect(missingRoles({ ...PLAIN, task: 'matching' }, none)).toEqual(['text']);
    expect(missingRoles(SEVERAL, { ...none, text: 'text', labels: { sentiment: undefined, topics: undefined } })).toEqual(['label']);
    expect(requestColumns(none)).toEqual({});
  });
});
