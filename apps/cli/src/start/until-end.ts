import type { ServiceProcess } from './service-process';

/** Waits for Ctrl-C. @throws AttuneError `dependency-unavailable` where the service ends before */
export async function untilEnd({ ended }: ServiceProcess, signal: AbortSignal): Promise<void> {
  const interrupted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const words = await Promise.race([ended, interrupted]);
  if (words === undefined) return;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('dependency-unavailable', `The service has ended.\n${words}`);
}
