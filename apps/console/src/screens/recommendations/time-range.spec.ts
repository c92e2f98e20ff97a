import { isRange, localMinute, rangeQuery } from './time-range';

const NOW = Date.UTC(2026, 2, 1, 12, 30);
const own = (from: string, to = '') => rangeQuery({ name: 'own', from, to }, NOW);

describe('a range of time', () => {
  it('ends now where it is a span', () => {
    expect(rangeQuery({ name: 'hour', from: '', to: '' }, NOW)).toEqual({ from: '2026-03-01T11:30:00.000Z' });
    expect(rangeQuery({ name: 'month', from: '', to: '' }, NOW)).toEqual({ from: '2026-01-30T12:30:00.000Z' });
  });

  it('has the beginning and end that were chosen', () => {
    const [from, to] = [NOW - 7_200_000, NOW - 60_000];
    expect(own(localMinute(from), localMinute(to))).toEqual({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
    expect(own(localMinute(from))).toEqual({ from: new Date(from).toISOString() });
  });

  it('is none where it does not begin, or ends before', () => {
    const isOwn = (from: string, to = '') => isRange({ name: 'own', from, to });
    expect([isOwn(''), isOwn(localMinute(NOW), localMinute(NOW)), isOwn('', localMinute(NOW))]).toEqual([false, false, false]);
    expect([isOwn(localMinute(NOW)), isOwn(localMinute(NOW), localMinute(NOW + 60_000))]).toEqual([true, true]);
    expect(isRange({ name: 'week', from: '', to: '' })).toBe(true);
  });
});
