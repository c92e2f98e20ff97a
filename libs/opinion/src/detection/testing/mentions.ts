import { alertRulesSchema, type Alert, type AlertRules, type SentimentLabel } from '@attune/contracts';
import type { Mention, MonitoredWatch, MonitorEffect, MonitorOptions } from '../monitor-types';
import type { WatchMonitorState } from '../monitor-state';
import { WatchMonitor } from '../watch-monitor';
import { poisson, seededRandom } from '../simulation/noise';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
/** A Monday. */
export const BASE = Date.UTC(2024, 0, 1);
/** When the past of `calmPast` ends. */
export const SURGE = BASE + 4 * DAY + 9 * 60 * MINUTE;

export function watchOf(rules: Partial<AlertRules> = {}): MonitoredWatch {
  return { id: 'watch-1', name: 'Acme', rules: alertRulesSchema.parse(rules), modelVersion: 'v7' };
}

/** A document that tells a story of its own and came in two seconds after its publication. */
export function mention(publishedAt: number, changes: Partial<Mention> = {}): Mention {
  const label = changes.label ?? 'negative';
  const documentId = changes.documentId ?? `document-${publishedAt}`;
  return {
    documentId,
    source: 'wire',
    title: `What happened at ${publishedAt}`,
    publishedAt,
    receivedAt: publishedAt + 2_000,
    label,
    score: label === 'negative' ? -0.8 : 0.1,
    storyId: documentId,
    deltas: [{ at: publishedAt, label, delta: 1 }],
    ...changes,
  };
}

/** Stories at random times: so many each five minutes on average, of one class. */
export function ordinaryNews(
  random: () => number,
  from: number,
  to: number,
  mean: (at: number) => number,
  label: SentimentLabel,
): Mention[] {
  const mentions: Mention[] = [];
  for (let at = from; at < to; at += 5 * MINUTE) {
    for (let left = poisson(random, mean(at)); left > 0; left--) {
      const publishedAt = at + Math.floor(random() * 5 * MINUTE);
      mentions.push(mention(publishedAt, { label, documentId: `${label}-${mentions.length}-${publishedAt}` }));
    }
  }
  return mentions.sort((a, b) => a.publishedAt - b.publishedAt);
}

/** Four and a half days in which a negative story comes every ten minutes or so. */
export function calmPast(): Mention[] {
  return ordinaryNews(seededRandom(4), BASE, SURGE, () => 0.5, 'negative');
}

/** So many documents, each a story of its own, at equal distances in milliseconds. */
export function burst(from: number, count: number, spacing: number): Mention[] {
  return Array.from({ length: count }, (_, index) => mention(from + index * spacing));
}

/** A monitor with the state it has come to. */
export class MonitorRun {
  readonly effects: MonitorEffect[] = [];
  readonly monitor: WatchMonitor;
  state: WatchMonitorState;

  constructor(watch: MonitoredWatch = watchOf(), options: MonitorOptions = {}, state?: WatchMonitorState) {
    this.monitor = new WatchMonitor(watch, options);
    this.state = state ?? this.monitor.initial();
  }

  get alerts(): Alert[] {
    return this.effects.flatMap((effect) => (effect.kind === 'alert' ? [effect.alert] : []));
  }

  observe(...mentions: readonly Mention[]): this {
    for (const each of mentions) this.take(this.monitor.observe(this.state, each));
    return this;
  }

  advance(watermark: number): this {
    this.take(this.monitor.advance(this.state, watermark));
    return this;
  }

  private take({ state, effects }: { state: WatchMonitorState; effects: MonitorEffect[] }): void {
    this.state = state;
    this.effects.push(...effects);
  }
}
