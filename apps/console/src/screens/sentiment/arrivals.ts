import type { Alert } from './types';

/** Alerts that are told of at once; the list has all. */
const SHOWN = 3;

/** The alerts that came in last, the newest first, each as it is now. After a break several may come in one instant. */
export function afterArrival(arrived: readonly Alert[], alert: Alert): readonly Alert[] {
  return [alert, ...arrived.filter(({ id }) => id !== alert.id)].slice(0, SHOWN);
}
