import { formValues, watchOf } from './watch-form-values';
import type { Watch } from './types';

const WATCH: Watch = {
  id: 'w',
  name: 'Halden Freight',
  target: {
    kind: 'entity',
    names: ['Halden Freight', 'Halden'],
    aliases: ['HF'],
    tickers: ['HLD', 'HLD.B'],
    patterns: ['hal[dt]en'],
    excludes: ['Halden Park'],
  },
  rules: { windowMinutes: 5, hopMinutes: 1, sensitivity: 0.5, minimumStories: 4, minimumNegativeShare: 0.5, coolDownMinutes: 60 },
  enabled: true,
  createdAt: '2026-03-01T09:30:00Z',
  updatedAt: '2026-03-01T09:30:00Z',
};

describe('the form of a watch', () => {
  it('gives back the watch that it was opened with', () => {
    const { id: _id, createdAt: _created, updatedAt: _updated, ...input } = WATCH;
    expect(watchOf(formValues(WATCH), WATCH)).toEqual(input);
  });

  it('gives back a topic', () => {
    const target = { kind: 'topic' as const, topic: 'earnings', keywords: ['profit warning'], description: 'Bad results', threshold: 0.7 };
    expect(watchOf(formValues({ ...WATCH, target }), { ...WATCH, target }).target).toEqual(target);
  });

  it('takes the name for the only name, and leaves rules to the service, where nothing else was entered', () => {
    expect(watchOf({ ...formValues(undefined), name: ' Brightmoor ' }, undefined)).toEqual({
      name: 'Brightmoor',
      target: { kind: 'entity', names: ['Brightmoor'], aliases: [], tickers: [], excludes: [] },
      rules: {},
      enabled: true,
    });
  });
});
