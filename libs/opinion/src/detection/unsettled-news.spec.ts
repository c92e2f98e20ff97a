import type { Mention } from './monitor-types';
import { nextDue } from './next-due';
import { burst, calmPast, mention, MINUTE, MonitorRun, SURGE } from './testing/mentions';

describe('news right behind a backfill, before it is known that the past has been taken in', () => {
  const calm = calmPast();
  const known = new MonitorRun().observe(...calm).advance(SURGE - 5 * MINUTE);
  const news = burst(SURGE, 12, 10_000);
  const unknown = (each: Mention): Mention => ({ ...each, takenInUntil: -Infinity });
  const behind = (): MonitorRun =>
    new MonitorRun().observe(...calm.map((each) => unknown({ ...each, receivedAt: SURGE })), ...news.map(unknown));

  it('is judged once that is known, as if it had been known all along', () => {
    const run = behind();
    expect(run.alerts).toEqual([]);
    expect(nextDue(run.state)).toBeLessThanOrEqual(news[11].publishedAt - 5 * MINUTE);
    run.advance(news[11].publishedAt - 5 * MINUTE);
    const [opened] = run.alerts;
    const [expected] = new MonitorRun(undefined, {}, known.state).observe(...news).alerts;
    expect(opened).toMatchObject({ change: 'opened', window: expected.window });
    expect(opened.observed).toBeGreaterThanOrEqual(expected.observed);
    expect(run.state.unsettled).toEqual([]);
  });

  it('is judged by the next document, too', () => {
    const [opened] = behind().observe(mention(SURGE + 2 * MINUTE, { label: 'neutral' })).alerts;
    expect(opened).toMatchObject({ change: 'opened', watchId: 'watch-1' });
  });

  it('is judged before its windows close, however late that is known', () => {
    const run = behind().advance(SURGE + 6 * 60 * MINUTE);
    expect(run.alerts.map(({ change }) => change)).toEqual(expect.arrayContaining(['opened', 'resolved']));
  });

  it('remembers few times, however much comes', () => {
    const run = behind().observe(...burst(SURGE + MINUTE, 400, 30_000).map(unknown));
    expect(run.state.unsettled.length).toBeLessThanOrEqual(60);
    expect(run.monitor.restore(JSON.parse(JSON.stringify(run.state)))).toEqual(run.state);
  });
});
