import { ALERT_SEVERITIES, type Alert, type AlertSeverity } from '@attune/contracts';
import { totalOf } from '../windows/minute-bucket';
import type { OpenAlert } from './monitor-state';
import type { MonitoredWatch } from './monitor-types';
import { negativeShare, type JudgedWindow } from './severity';

/** An alert resolves after windows have been calm for as long as so many of them. */
const CALM_WINDOWS = 3;
/** Where stories came slowly, for such a share of the time over which they did. */
const CALM_SHARE = 0.5;

/** What an alert tells beside its window. */
interface AlertContext {
  watch: MonitoredWatch;
  detector: string;
  change: Alert['change'];
  reasons: string[];
  stories: Alert['stories'];
}

/** The alert that a window opens. Its id is that of the watch and the window, so that a repetition has it too. */
export function openAlert(
  { id: watchId, modelVersion }: MonitoredWatch,
  { start, counts, judgement }: JudgedWindow,
  severity: AlertSeverity,
): OpenAlert {
  return {
    id: `${watchId}:${new Date(start).toISOString()}`,
    openedAt: start,
    severity,
    calmSince: null,
    probability: judgement.probability,
    peak: counts.stories.negative,
    slowness: judgement.over?.milliseconds ?? 0,
    modelVersion,
  };
}

/** The alert after another window of the surge: its severity only rises. */
export function riseTo(
  alert: OpenAlert,
  { modelVersion }: MonitoredWatch,
  { counts, judgement }: JudgedWindow,
  severity: AlertSeverity,
): OpenAlert {
  const rises = ALERT_SEVERITIES.indexOf(severity) > ALERT_SEVERITIES.indexOf(alert.severity);
  return {
    ...alert,
    severity: rises ? severity : alert.severity,
    calmSince: null,
    probability: Math.min(alert.probability, judgement.probability),
    peak: Math.max(alert.peak, counts.stories.negative),
    // What a window shows by itself is over when windows are calm again.
    slowness: Math.min(alert.slowness, judgement.over?.milliseconds ?? 0),
    modelVersion,
  };
}

/** The alert after a window closed, and whether that resolves it. */
export function calmAlert(alert: OpenAlert, { end }: JudgedWindow, calm: boolean, window: number): { alert: OpenAlert; resolved: boolean } {
  if (!calm) return { alert: { ...alert, calmSince: null }, resolved: false };
  const calmSince = alert.calmSince ?? end;
  const needed = Math.max(CALM_WINDOWS * window, CALM_SHARE * alert.slowness);
  // The first calm window is itself as long as a window.
  return { alert: { ...alert, calmSince }, resolved: end - calmSince + window >= needed };
}

/** The alert as it is published. */
export function toAlert(alert: OpenAlert, judged: JudgedWindow, { watch, detector, change, reasons, stories }: AlertContext): Alert {
  const { start, end, counts, judgement } = judged;
  const instant = (at: number): string => new Date(at).toISOString();
  return {
    id: alert.id,
    watchId: watch.id,
    watchName: watch.name,
    state: change === 'resolved' ? 'resolved' : 'open',
    severity: alert.severity,
    change,
    openedAt: instant(alert.openedAt),
    ...(change === 'resolved' ? { resolvedAt: instant(end) } : {}),
    window: { start: instant(start), end: instant(end) },
    observed: judgement.observed,
    expected: judgement.expected,
    probability: judgement.probability,
    negativeShare: negativeShare(counts),
    volume: Math.max(0, totalOf(counts.stories)),
    documents: Math.max(0, counts.documents.negative),
    reasons,
    stories,
    modelVersion: alert.modelVersion,
    detector,
  };
}
