import { useEffect, useEffectEvent, useState } from 'react';
import { followEvents, type StreamedEvent } from './follow-events';
import { useKeys, type ServiceName } from './keys';
import { ServiceProblem } from './problem';

/** Milliseconds before a broken stream is taken up again; doubled up to the longest. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

export type StreamState = 'connecting' | 'open' | 'waiting' | 'ended' | 'refused';

/**
 * Follows a stream for as long as the component shows, and takes it up where it broke.
 *
 * @param path undefined to follow nothing
 * @param options.ends the stream ends by itself when there is nothing more to tell
 * @param options.onOpen each time that it begins to be followed: what came before may have been missed
 */
export function useEvents(
  service: ServiceName,
  path: string | undefined,
  onEvent: (event: StreamedEvent) => void,
  { ends = false, onOpen }: { ends?: boolean; onOpen?: () => void } = {},
): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  const key = useKeys()[service];
  const handle = useEffectEvent(onEvent);
  const opened = useEffectEvent(() => onOpen?.());
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    const { signal } = stop;
    const follow = async (): Promise<void> => {
      let wait = FIRST_WAIT;
      let last: string | undefined;
      while (!signal.aborted) {
        setState('connecting');
        try {
          await followEvents(
            {
              service,
              path,
              signal,
              onOpen: () => {
                wait = FIRST_WAIT;
                setState('open');
                opened();
              },
              onStart: (id) => (last ??= id),
              onEvent: (event) => {
                last = event.id ?? last;
                handle(event);
              },
            },
            last,
          );
          if (ends) return setState('ended');
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof ServiceProblem && isRefusal(error)) return setState('refused');
        }
        setState('waiting');
        await delay(wait, signal);
        wait = Math.min(2 * wait, LONGEST_WAIT);
      }
    };
    void follow();
    return () => stop.abort();
  }, [service, path, key, ends]);
  return state;
}

/** What will not be answered otherwise by asking again. */
function isRefusal({ status }: ServiceProblem): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** Resolves early when the signal is aborted, or the browser says that it is online again. */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
