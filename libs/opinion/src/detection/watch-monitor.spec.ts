import fc from 'fast-check';
import { alertSchema, trendSchema } from '@attune/contracts';
import { BASE, burst, calmPast, DAY, mention, MINUTE, MonitorRun, ordinaryNews, SURGE, watchOf } from './testing/mentions';
import { seededRandom } from './simulation/noise';

const past = new MonitorRun().observe(...calmPast()).advance(SURGE - 5 * MINUTE);

/** A monitor that knows the calm past. */
function experienced(rules: Parameters<typeof watchOf>[0] = {}): MonitorRun {
  return new MonitorRun(watchOf(rules), {}, past.state);
}

describe('a surge of negative stories', () => {
  it('is not seen in the calm past', () => {
    expect(past.alerts).toEqual([]);
  });

  it('opens one alert within its first window, which escalates and resolves', () => {
    const run = experienced().observe(...burst(SURGE, 100, 4_000));
    expect(run.alerts[0].change).toBe('opened');
    expect(Date.parse(run.alerts[0].window.end)).toBeLessThanOrEqual(SURGE + 5 * MINUTE);
    run.advance(SURGE + DAY);
    expect(run.alerts.map(({ change }) => change)).toEqual(['opened', ...run.alerts.slice(1, -1).map(() => 'escalated'), 'resolved']);
    expect(run.alerts.map(({ severity }) => severity)).toEqual(['warning', 'high', 'critical', 'critical']);
    expect(new Set(run.alerts.map(({ id }) => id)).size).toBe(1);
    expect(run.state.alert).toBeNull();
  });

  it('is found in its first window where ten times as many come as usual', () => {
    const usual = ordinaryNews(seededRandom(5), BASE, SURGE, () => 2, 'negative');
    const run = new MonitorRun().observe(...usual).advance(SURGE - 5 * MINUTE);
    expect(run.alerts).toEqual([]);
    run.observe(...burst(SURGE, 20, 15_000));
    expect(run.alerts[0]).toMatchObject({ change: 'opened' });
    expect(Date.parse(run.alerts[0].window.start)).toBeLessThanOrEqual(SURGE);
  });

  describe('that comes more slowly than a window shows', () => {
    const quiet = new MonitorRun()
      .observe(...ordinaryNews(seededRandom(6), BASE, SURGE, () => 0.01, 'negative'))
      .advance(SURGE - 5 * MINUTE);
    const slow = burst(SURGE, 10, 10 * MINUTE);
    const run = new MonitorRun(watchOf(), {}, quiet.state).observe(...slow);

    it('opens an alert when there are enough of them, which tells the span and its stories', () => {
      const [opened] = run.alerts;
      expect(opened).toMatchObject({ change: 'opened', observed: 1, documents: 1 });
      expect(Date.parse(opened.window.start)).toBeLessThan(SURGE + 90 * MINUTE);
      expect(opened.reasons.join(' ')).toMatch(/Over about the last \d+ hours: [4-9]/);
      expect(opened.stories).toHaveLength(5);
      expect(opened.stories.every(({ publishedAt }) => Date.parse(publishedAt) >= SURGE)).toBe(true);
    });

    it('resolves it once no more come, and does not open again for a single story', () => {
      const after = new MonitorRun(watchOf(), {}, run.state).advance(SURGE + 9 * 60 * MINUTE);
      expect(after.alerts.map(({ change }) => change)).toEqual(['resolved']);
      const resolvedAt = Date.parse(after.alerts[0].resolvedAt ?? '');
      expect(resolvedAt - slow[9].publishedAt).toBeGreaterThan(30 * MINUTE);
      const later = new MonitorRun(watchOf(), {}, after.state).observe(
        mention(resolvedAt + 45 * MINUTE),
        mention(resolvedAt + 90 * MINUTE),
      );
      expect(later.alerts).toEqual([]);
    });
  });

  it('tells in its alert what was counted, what was expected, and the stories behind it', () => {
    const [opened] = experienced().observe(...burst(SURGE, 12, 10_000)).alerts;
    expect(alertSchema.parse(opened)).toEqual(opened);
    expect(opened).toMatchObject({ watchId: 'watch-1', watchName: 'Acme', state: 'open', modelVersion: 'v7', detector: 'seasonal-counts' });
    expect(opened.id).toBe(`watch-1:${opened.openedAt}`);
    expect(opened.observed).toBeGreaterThanOrEqual(4);
    expect(opened.expected).toBeGreaterThan(0.2);
    expect(opened.expected).toBeLessThan(1);
    expect(opened.probability).toBeLessThan(1e-3);
    expect(opened).toMatchObject({ negativeShare: 1, volume: opened.observed, documents: opened.observed });
    expect(opened.stories).toHaveLength(5);
    expect(opened.reasons.join(' ')).toContain(`${opened.observed} negative stories`);
  });

  it('counts once however many documents tell a story, and the alert says how many did', () => {
    const story = 'document-one';
    const retold = burst(SURGE, 30, 5_000).map((each, index) => ({ ...each, storyId: story, deltas: index === 0 ? each.deltas : [] }));
    expect(experienced().observe(...retold).alerts).toEqual([]);
    const run = experienced().observe(...retold, ...burst(SURGE + 150_000, 20, 1_000));
    expect(run.alerts.at(-1)?.stories[0]).toMatchObject({ documentId: retold[0].documentId, tellings: 30 });
    expect(run.alerts.at(-1)?.documents).toBeGreaterThan(30);
  });

  it('keeps its tellings when the story gets another id', () => {
    const first = mention(SURGE + 1_000, { storyId: 'b' });
    const earlier = mention(SURGE, {
      storyId: 'a',
      replaces: ['b'],
      deltas: [
        { at: SURGE + 1_000, label: 'negative', delta: -1 },
        { at: SURGE, label: 'negative', delta: 1 },
      ],
    });
    const run = experienced().observe(first, earlier);
    expect(run.state.stories.filter(({ publishedAt }) => publishedAt >= SURGE)).toMatchObject([
      { id: 'a', documentId: earlier.documentId, tellings: 2, publishedAt: SURGE },
    ]);
  });
});

describe('the rules of a watch', () => {
  const surge = burst(SURGE, 12, 10_000);

  it('ask for so many stories', () => {
    expect(experienced({ minimumStories: 40 }).observe(...surge).alerts).toEqual([]);
    expect(experienced({ minimumStories: 12 }).observe(...surge).alerts).toHaveLength(1);
  });

  it('ask for a share of negative stories', () => {
    const praised = surge.flatMap((each) => [...[1, 2].map((after) => mention(each.publishedAt - after, { label: 'positive' })), each]);
    expect(experienced({ minimumNegativeShare: 0.4 }).observe(...praised).alerts).toEqual([]);
    expect(experienced({ minimumNegativeShare: 0.3 }).observe(...praised).alerts[0].negativeShare).toBeCloseTo(1 / 3, 1);
  });

  it('alert sooner the more sensitive they are', () => {
    const needed = [0, 0.5, 1].map((sensitivity) => {
      const run = experienced({ sensitivity, minimumStories: 1 });
      return burst(SURGE, 60, 4_000).findIndex((each) => run.observe(each).alerts.length > 0);
    });
    expect(needed[0]).toBeGreaterThan(needed[1]);
    expect(needed[1]).toBeGreaterThan(needed[2]);
    expect(needed[2]).toBeGreaterThan(0);
  });

  it('keep the next alert closed until a resolved one has cooled down', () => {
    const again = (coolDownMinutes: number): number => {
      const run = experienced({ coolDownMinutes })
        .observe(...surge)
        .advance(SURGE + 40 * MINUTE);
      return run.observe(...burst(SURGE + 50 * MINUTE, 30, 5_000)).alerts.filter(({ change }) => change === 'opened').length;
    };
    expect(again(120)).toBe(1);
    expect(again(10)).toBe(2);
  });
});

describe('an alert', () => {
  it('names the model that raised it, also where time alone resolves it', () => {
    const open = experienced().observe(...burst(SURGE, 20, 10_000)).state;
    const { alerts } = new MonitorRun({ ...watchOf(), modelVersion: '' }, {}, open).advance(SURGE + DAY);
    expect(alerts).toMatchObject([{ change: 'resolved', modelVersion: 'v7' }]);
  });

  it('stays open over a short pause and resolves when it has been calm for three windows', () => {
    const run = experienced().observe(...burst(SURGE, 20, 10_000));
    run.advance(SURGE + 12 * MINUTE).observe(...burst(SURGE + 12 * MINUTE, 20, 10_000));
    expect(run.alerts.filter(({ change }) => change !== 'escalated').map(({ change }) => change)).toEqual(['opened']);
    run.advance(SURGE + DAY);
    const resolved = run.alerts.at(-1);
    expect(resolved).toMatchObject({ change: 'resolved', state: 'resolved' });
    const calmFrom = SURGE + 16 * MINUTE;
    expect(Date.parse(resolved?.resolvedAt ?? '')).toBeGreaterThanOrEqual(calmFrom + 10 * MINUTE);
    expect(Date.parse(resolved?.resolvedAt ?? '')).toBeLessThanOrEqual(calmFrom + 25 * MINUTE);
    alertSchema.parse(resolved);
  });
});

describe('time', () => {
  it('closes windows at the watermark, each once and in order, with all that was published in them', () => {
    const run = new MonitorRun().observe(...calmPast().slice(0, 200)).advance(BASE + 5 * DAY);
    const trends = run.effects.flatMap((effect) => (effect.kind === 'trend' ? [effect.trend] : []));
    trends.forEach((trend) => trendSchema.parse(trend));
    const starts = trends.map(({ start }) => Date.parse(start));
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    // Each document lies in five windows, which start a minute apart.
    expect(trends.reduce((sum, { documents }) => sum + documents.negative, 0)).toBe(5 * 200);
    expect(trends.at(-1)?.documents.negative).toBe(0);
  });

  it('counts a late document in windows that are open, and raises no alert for it', () => {
    const late = burst(SURGE - 6 * MINUTE, 30, 1_000).map((each) => ({ ...each, receivedAt: SURGE }));
    const run = experienced().observe(mention(SURGE), ...late);
    expect(run.alerts).toEqual([]);
  });

  it('raises no alert for history, and learns from it', () => {
    const now = SURGE + 300 * DAY;
    const history = [...calmPast(), ...burst(SURGE, 60, 2_000)].map((each) => ({ ...each, receivedAt: now }));
    const run = new MonitorRun().observe(...history).advance(SURGE + DAY);
    expect(run.alerts).toEqual([]);
    const live = new MonitorRun(watchOf(), {}, run.state).observe(...burst(SURGE + 2 * DAY, 20, 5_000));
    expect(live.alerts[0]).toMatchObject({ change: 'opened' });
  });

  it('is not moved on by a document from the future', () => {
    const run = experienced().observe(mention(SURGE + 90 * DAY, { receivedAt: SURGE }));
    expect(run.state.watermark).toBe(SURGE - 5 * MINUTE);
    expect(run.observe(...burst(SURGE, 12, 10_000)).alerts).toHaveLength(1);
  });

  it('keeps windows open for what was sent in time and whose turn comes late', () => {
    const mentions = [0, 7, 14, 21].map((minute) => mention(SURGE + minute * MINUTE));
    const trends = (run: MonitorRun): unknown => run.advance(SURGE + 60 * MINUTE).effects.filter(({ kind }) => kind === 'trend');
    const wanted = trends(experienced().observe(...mentions));
    const behind = [...mentions].reverse().map((each) => ({ ...each, takenInUntil: SURGE }));
    expect(trends(experienced().observe(...behind))).toEqual(wanted);
    expect(trends(experienced().observe(...[...mentions].reverse()))).not.toEqual(wanted);
  });

  it('takes a watch that was silent for years in a moment', () => {
    const run = experienced().observe(mention(SURGE + 4_000 * DAY));
    expect(run.state.watermark).toBe(SURGE + 4_000 * DAY - 5 * MINUTE);
    expect(run.alerts).toEqual([]);
  });

  it('leaves a watch alone of which nothing was heard yet, so that its history can still come', () => {
    expect(new MonitorRun().advance(SURGE).state.watermark).toBeNull();
  });
});

describe('the state', () => {
  const news = fc.array(
    fc.record({
      after: fc.nat({ max: 40 * MINUTE }),
      negative: fc.boolean(),
      lag: fc.nat({ max: 12 * MINUTE }),
      story: fc.nat({ max: 30 }),
    }),
    { maxLength: 60 },
  );

  it('does not depend on how mentions are split into batches, with the state stored in between', () => {
    fc.assert(
      fc.property(news, fc.nat({ max: 60 }), (items, cut) => {
        const mentions = items.map(({ after, negative, lag, story }, index) =>
          mention(SURGE + after, {
            documentId: `news-${index}`,
            storyId: `story-${story}`,
            label: negative ? 'negative' : 'neutral',
            receivedAt: SURGE + after + lag,
          }),
        );
        const whole = experienced().observe(...mentions);
        const first = experienced().observe(...mentions.slice(0, cut));
        const stored = first.monitor.restore(JSON.parse(JSON.stringify(first.state)));
        const second = new MonitorRun(watchOf(), {}, stored).observe(...mentions.slice(cut));
        expect([...first.effects, ...second.effects]).toEqual(whole.effects);
        expect(second.state).toEqual(whole.state);
      }),
      { numRuns: 60 },
    );
  });

  it('counts the same where documents within the lateness come in another order', () => {
    fc.assert(
      fc.property(news, fc.nat(), (items, seed) => {
        const mentions = items.map(({ after }, index) => mention(SURGE + (after % (4 * MINUTE)), { documentId: `news-${index}` }));
        const shuffled = mentions
          .map((each, index) => ({ each, key: (index * 7_919 + seed) % 104_729 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const counts = (run: MonitorRun): unknown =>
          run.state.buckets.map(({ start, documents, stories }) => ({ start, documents, stories }));
        expect(counts(experienced().observe(...shuffled))).toEqual(counts(experienced().observe(...mentions)));
      }),
      { numRuns: 60 },
    );
  });

  it('stays small', () => {
    const run = experienced().observe(...ordinaryNews(seededRandom(8), SURGE, SURGE + 60 * MINUTE, () => 200, 'negative'));
    expect(JSON.stringify(run.state).length).toBeLessThan(24_000);
  });

  it('keeps its alert and learns anew where the windows of the watch change', () => {
    const open = experienced().observe(...burst(SURGE, 20, 10_000)).state;
    const changed = new MonitorRun(watchOf({ windowMinutes: 60, hopMinutes: 10 })).monitor.restore(open);
    expect(changed).toMatchObject({ alert: open.alert, windowMinutes: 60, watermark: null });
  });

  it.each([[null], [{}], [{ ...past.state, detector: { windows: 'many' } }]])('is refused where it is none: %#', (stored) => {
    expect(() => past.monitor.restore(stored)).toThrow(expect.objectContaining({ code: 'bad-data' }));
  });
});

describe('noise', () => {
  const twoWeeks = (seed: number, mean: (at: number) => number): MonitorRun =>
    new MonitorRun(watchOf({ minimumStories: 2, coolDownMinutes: 0 })).observe(
      ...ordinaryNews(seededRandom(seed), BASE, BASE + 14 * DAY, mean, 'negative'),
    );
  const opened = (run: MonitorRun): number => run.alerts.filter(({ change }) => change === 'opened').length;
  const byHour = (at: number): number => Math.exp(1.2 * Math.cos((((at % DAY) / DAY) * 24 - 15) * (Math.PI / 12)));

  it.each([
    ['a steady watch', () => 0.6],
    ['a watch that follows the hour', (at: number) => 0.6 * byHour(at)],
    ['a quiet watch', () => 0.05],
  ])('opens less than one alert in two weeks for %s, the first two weeks of all', (_, mean) => {
    expect([21, 22, 23].reduce((sum, seed) => sum + opened(twoWeeks(seed, mean)), 0)).toBeLessThan(3);
  });

  it('opens nothing on the first day of a watch, whatever comes', () => {
    const run = new MonitorRun().observe(...burst(BASE, 3, MINUTE), ...burst(BASE + 60 * MINUTE, 50, 1_000));
    expect(run.advance(BASE + DAY).alerts).toEqual([]);
  });
});
