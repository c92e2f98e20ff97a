import type { Alert } from '@attune/contracts';
import { AttuneError } from '@attune/artifact';
import { bucketChanges, applyChanges } from '../windows/bucket-changes';
import { MINUTE, spanStart, totalOf } from '../windows/minute-bucket';
import { aggregateOf } from '../windows/trend-points';
import { calmAlert, openAlert, riseTo, toAlert } from './alert-life';
import { calmReasons, surgeReasons } from './alert-reasons';
import { watchMonitorStateSchema, type WatchMonitorState } from './monitor-state';
import type { Mention, MonitoredWatch, MonitorEffect, MonitorOptions } from './monitor-types';
import { tell, topStories } from './open-stories';
import { firstOpenWindow, fullestWindow, sumBuckets, type WindowShape } from './open-windows';
import { createDetector, DEFAULT_DETECTOR } from './registry';
import { isCalm, severityOf, type JudgedWindow } from './severity';
import type { SurgeDetector } from './surge-detector';

/** What a change leads to. */
export interface MonitorStep {
  state: WatchMonitorState;
  effects: MonitorEffect[];
}

const DEFAULT_LATENESS = 5;
/** Times at which a watch is judged again, at most; of more the newest are kept. */
const MOST_UNSETTLED = 60;
/** A watch that nobody advanced for longer was not looked at: what it missed is unknown rather than nothing. */
const LONGEST_SILENCE = 28 * 24 * 60 * MINUTE;

/**
 * Judges one watch: hopping windows in event time, what they may hold, and the life of its one alert. Pure: all it
 * knows is in the state, and the same mentions and watermarks lead to the same state and effects, however they are
 * split into calls.
 *
 * - The **watermark** is the newest time of publication less the lateness, but not beyond what has been taken in. It closes
 *   windows; `advance` moves it with the clock where a watch is quiet. A document before it is late: it counts, but raises no alert, and where all its
 *   windows have closed it is for the stored history alone (`bucketChanges`).
 * - An **open window is judged** at each document. Counts grow until it closes and are held against what is expected of
 *   the whole window, so that judging it often makes no false alarm likelier. Of the windows that hold a document the
 *   fullest is judged. Where a document comes before it is known that earlier windows may close, as news do right behind a backfill, the
 *   judgement rests on too little: it is made again once the watermark is where that document would have moved it.
 * - The detector **learns windows that do not overlap**, each once, and only when no open window overlaps it: so no
 *   count is expected because of itself.
 */
export class WatchMonitor {
  private readonly detector: SurgeDetector<unknown>;
  private readonly shape: WindowShape;
  private readonly lateness: number;
  private readonly fresh: number;

  constructor(
    private readonly watch: MonitoredWatch,
    { detector = DEFAULT_DETECTOR, latenessMinutes = DEFAULT_LATENESS, freshMinutes }: MonitorOptions = {},
  ) {
    const { windowMinutes, hopMinutes } = watch.rules;
    if (windowMinutes % hopMinutes !== 0) {
      throw new AttuneError('wrong-use', `Windows of ${windowMinutes} minutes cannot start every ${hopMinutes}.`, {
        remedy: 'hopMinutes must divide windowMinutes.',
      });
    }
    this.shape = { window: windowMinutes * MINUTE, hop: hopMinutes * MINUTE };
    this.detector = createDetector(detector, { step: this.shape.window, hop: this.shape.hop });
    this.lateness = latenessMinutes * MINUTE;
    this.fresh = freshMinutes === undefined ? this.lateness + this.shape.window : freshMinutes * MINUTE;
  }

  /** The state of a watch of which nothing is known. */
  initial(): WatchMonitorState {
    return {
      windowMinutes: this.watch.rules.windowMinutes,
      hopMinutes: this.watch.rules.hopMinutes,
      detectorName: this.detector.name,
      watermark: null,
      nextClose: 0,
      nextLearn: 0,
      empty: true,
      buckets: [],
      stories: [],
      detector: this.detector.initial(),
      alert: null,
      unsettled: [],
      coolUntil: null,
    };
  }

  /**
   * A state that was stored. One of other windows or another detector keeps its alert; the rest starts anew.
   *
   * @throws AttuneError `bad-data` where it is no such state
   */
  restore(stored: unknown): WatchMonitorState {
    const parsed = watchMonitorStateSchema.safeParse(stored);
    if (!parsed.success) throw this.badState(parsed.error);
    const state = parsed.data;
    const fresh = this.initial();
    const same = (['windowMinutes', 'hopMinutes', 'detectorName'] as const).every((key) => state[key] === fresh[key]);
    if (!same) return { ...fresh, alert: state.alert, coolUntil: state.coolUntil, stories: state.stories };
    const detector = this.detector.stateSchema.safeParse(state.detector);
    if (!detector.success) throw this.badState(detector.error);
    return { ...state, detector: detector.data };
  }

  /** Takes in one document about the watch. */
  observe(state: WatchMonitorState, mention: Mention): MonitorStep {
    // A document from the future must not close the present's windows.
    const happened = Math.min(mention.publishedAt, mention.receivedAt);
    const certain = Math.min(happened, mention.takenInUntil ?? Infinity);
    const begun = state.watermark === null ? this.begin(state, (Number.isFinite(certain) ? certain : happened) - this.lateness) : state;
    const { state: moved, effects } = this.passTime(begun, certain - this.lateness);
    const counted = this.count(moved, mention);
    const late = mention.publishedAt < (counted.watermark ?? -Infinity);
    if (late || mention.receivedAt - mention.publishedAt > this.fresh) return { state: counted, effects };
    const judged = this.judgeOpen(counted, mention.publishedAt);
    return { state: this.remember(judged.state, mention.publishedAt), effects: [...effects, ...judged.effects] };
  }

  /**
   * Closes windows up to a time of which nothing more is awaited: for a quiet watch the clock less the lateness, once
   * everything that was sent before has been observed. Before the first document it changes nothing.
   *
   * @param watermark milliseconds since 1970; one before the present watermark changes nothing
   */
  advance(state: WatchMonitorState, watermark: number): MonitorStep {
    return state.watermark === null ? { state, effects: [] } : this.passTime(state, watermark);
  }

  private begin(state: WatchMonitorState, watermark: number): WatchMonitorState {
    const nextLearn = spanStart(watermark - 1, this.shape.window) + this.shape.window;
    return { ...state, watermark, nextClose: firstOpenWindow(watermark, this.shape), nextLearn };
  }

  /** Adds a document to what open windows and windows still to be learnt hold. */
  private count(state: WatchMonitorState, mention: Mention): WatchMonitorState {
    const needed = this.neededFrom(state);
    const changes = bucketChanges([mention], this.shape.hop).filter(({ start }) => start >= needed);
    return {
      ...state,
      buckets: applyChanges(state.buckets, changes),
      stories: mention.publishedAt >= needed - this.detector.reach ? tell(state.stories, mention, needed) : state.stories,
    };
  }

  private neededFrom({ nextClose, nextLearn }: WatchMonitorState): number {
    return Math.min(nextClose, nextLearn);
  }

  /** Remembers to judge again, where earlier windows are still to close: once for those of a hop. */
  private remember(state: WatchMonitorState, publishedAt: number): WatchMonitorState {
    const due = publishedAt - this.lateness;
    if (firstOpenWindow(due, this.shape) <= state.nextClose) return state;
    const hopOf = (time: number): number => spanStart(time, this.shape.hop);
    const newest = new Map([...state.unsettled, due].sort((a, b) => a - b).map((time) => [hopOf(time), time]));
    return { ...state, unsettled: [...newest.values()].slice(-MOST_UNSETTLED) };
  }

  /** Moves the watermark, and on its way judges again what is unsettled. */
  private passTime(state: WatchMonitorState, watermark: number): MonitorStep {
    const ready = state.unsettled.filter((due) => due <= watermark);
    if (ready.length === 0) return this.moveTo(state, watermark);
    let moving: WatchMonitorState = { ...state, unsettled: state.unsettled.slice(ready.length) };
    const effects: MonitorEffect[] = [];
    for (const due of ready) {
      const moved = this.moveTo(moving, due);
      const judged = this.judgeOpen(moved.state, due + this.lateness);
      effects.push(...moved.effects, ...judged.effects);
      moving = judged.state;
    }
    const moved = this.moveTo(moving, watermark);
    return { state: moved.state, effects: [...effects, ...moved.effects] };
  }

  private moveTo(state: WatchMonitorState, watermark: number): MonitorStep {
    if (watermark <= (state.watermark ?? -Infinity)) return { state, effects: [] };
    const effects: MonitorEffect[] = [];
    let moving: WatchMonitorState = { ...state, watermark };
    while (moving.nextClose + this.shape.window <= watermark) {
      if (this.isIdle(moving)) moving = this.skipTo(moving, watermark);
      else moving = this.close(moving, effects);
    }
    if (moving.nextClose === state.nextClose) return { state: moving, effects };
    return { state: this.forget(moving), effects };
  }

  /** Nothing is counted, told or waited for: windows close without anybody noticing. */
  private isIdle({ buckets, nextClose, empty, alert }: WatchMonitorState): boolean {
    return empty && alert === null && (buckets.at(-1)?.start ?? -Infinity) < nextClose;
  }

  private skipTo(state: WatchMonitorState, watermark: number): WatchMonitorState {
    const nextClose = firstOpenWindow(watermark, this.shape);
    return { ...this.learnBefore(state, nextClose), nextClose };
  }

  /** Closes one window: tells its trend, lets an alert calm down, and lets the detector learn what no open window holds. */
  private close(state: WatchMonitorState, effects: MonitorEffect[]): WatchMonitorState {
    const start = state.nextClose;
    const end = start + this.shape.window;
    const counts = sumBuckets(state.buckets, start, end);
    const empty = totalOf(counts.documents) === 0 && totalOf(counts.stories) === 0;
    if (!empty || !state.empty) {
      effects.push({ kind: 'trend', trend: { ...aggregateOf(counts, end), watchId: this.watch.id, closed: true } });
    }
    const calmed = state.alert === null ? state : this.calm(state, this.judge(state, start, 1), effects);
    const nextClose = start + this.shape.hop;
    return { ...this.learnBefore(calmed, nextClose), nextClose, empty };
  }

  /** Learns the windows that end where the first open one starts, or before. */
  private learnBefore(state: WatchMonitorState, open: number): WatchMonitorState {
    const { window } = this.shape;
    let { detector, nextLearn } = state;
    if (open - nextLearn > LONGEST_SILENCE) nextLearn = spanStart(open, window) - window;
    for (; nextLearn + window <= open; nextLearn += window) {
      const { stories } = sumBuckets(state.buckets, nextLearn, nextLearn + window);
      const count = Math.max(0, stories.negative);
      detector = this.detector.learn(detector, { start: nextLearn, count, total: totalOf(stories) });
    }
    return nextLearn === state.nextLearn ? state : { ...state, detector, nextLearn };
  }

  private forget(state: WatchMonitorState): WatchMonitorState {
    const needed = this.neededFrom(state);
    const told = Math.min(needed - this.detector.reach, state.alert?.openedAt ?? needed);
    return {
      ...state,
      buckets: state.buckets.filter(({ start }) => start >= needed),
      stories: state.stories.filter(({ publishedAt }) => publishedAt >= told),
    };
  }

  private judge(state: WatchMonitorState, start: number, elapsed: number): JudgedWindow {
    const end = start + this.shape.window;
    const counts = sumBuckets(state.buckets, start, end);
    const count = Math.max(0, counts.stories.negative);
    return {
      start,
      end,
      counts,
      judgement: this.detector.judge(state.detector, { start, count, total: totalOf(counts.stories), elapsed }),
    };
  }

  private judgeOpen(state: WatchMonitorState, at: number): MonitorStep {
    const start = fullestWindow(state.buckets, at, state.nextClose, this.shape);
    const judged = this.judge(state, start, Math.min(1, (at - start) / this.shape.window));
    const severity = severityOf(judged, this.watch.rules);
    if (severity === undefined) return { state, effects: [] };
    const change = state.alert === null ? 'opened' : 'escalated';
    if (state.alert === null && at < (state.coolUntil ?? -Infinity)) return { state, effects: [] };
    const alert = state.alert === null ? openAlert(this.watch, judged, severity) : riseTo(state.alert, this.watch, judged, severity);
    if (state.alert !== null && alert.severity === state.alert.severity) return { state: { ...state, alert }, effects: [] };
    const effect = this.alertEffect(alert, judged, change, surgeReasons(judged), state);
    return { state: { ...state, alert }, effects: [effect] };
  }

  private calm(state: WatchMonitorState, judged: JudgedWindow, effects: MonitorEffect[]): WatchMonitorState {
    if (state.alert === null) return state;
    const { alert, resolved } = calmAlert(
      state.alert,
      judged,
      isCalm(judged, this.watch.rules, state.alert.slowness > 0),
      this.shape.window,
    );
    if (!resolved) return { ...state, alert };
    const calm = judged.end - (alert.calmSince ?? judged.end) + this.shape.window;
    effects.push(this.alertEffect(alert, judged, 'resolved', calmReasons(judged, alert, calm), state));
    return {
      ...state,
      alert: null,
      coolUntil: judged.end + this.watch.rules.coolDownMinutes * MINUTE,
      detector: this.detector.settle(state.detector),
    };
  }

  private alertEffect(
    alert: NonNullable<WatchMonitorState['alert']>,
    judged: JudgedWindow,
    change: Alert['change'],
    reasons: string[],
    { stories }: WatchMonitorState,
  ): MonitorEffect {
    const { start, end, judgement } = judged;
    const from = change === 'resolved' ? alert.openedAt : Math.min(start, end - (judgement.over?.milliseconds ?? 0));
    return {
      kind: 'alert',
      alert: toAlert(alert, judged, {
        watch: this.watch,
        detector: this.detector.name,
        change,
        reasons,
        stories: topStories(stories, from, end),
      }),
    };
  }

  private badState(cause: Error): AttuneError {
    return new AttuneError('bad-data', `The stored state of watch ${this.watch.id} cannot be read.`, {
      remedy: 'Begin again from initial(); the expectation is learnt anew.',
      cause,
    });
  }
}
