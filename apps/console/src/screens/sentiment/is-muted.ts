/** Whether a watch is muted now: services keep the time after it has passed. */
export function isMuted(until: string | undefined): until is string {
  return until !== undefined && Date.parse(until) > Date.now();
}
