import { createRequire } from 'node:module';

/** The kafkajs whose internals the patches fit. It is not maintained any more, so no other is expected. */
const PATCHED_VERSION = '2.2.4';
/** Milliseconds between two looks at requests that wait for others to be answered; kafkajs's own. */
const CHECK_INTERVAL = 10;
/** Milliseconds between two looks for requests that took too long. kafkajs's own are 100, ten wake-ups a second and connection. */
const TIMEOUT_INTERVAL = 1_000;

/** What is used of kafkajs's RequestQueue. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since the epoch. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId: NodeJS.Timeout | undefined;
  readonly enforceRequestTimeout: boolean;
  /** Milliseconds. */
  readonly requestTimeout: number;
  readonly inflight: ReadonlyMap<unknown, { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }>;
  checkPendingRequests(): void;
  isConnected(): boolean;
  destroy(): void;
}

const loadModule = createRequire(__filename);

/** Whether the installed kafkajs is the one that the patches fit. */
export function isPatchedVersion(): boolean {
  const { version } = loadModule('kafkajs/package.json') as { version: string };
  return version === PATCHED_VERSION;
}

/** A class of kafkajs that it does not export. */
export function kafkajsClass<Instance>(path: string): { readonly prototype: Instance } {
  return loadModule(`kafkajs/src/${path}`) as { readonly prototype: Instance };
}

/**
 * After each answer kafkajs sets a timer to look at requests that wait, also where none does; its delay is negative
 * then, which Node turns into 1 ms, so that an idle connection wakes the process a thousand times a second. With this
 * patch the timer is set only where something waits: a new request sets it, too.
 */
export function patchIdleTimer(): void {
  if (!isPatchedVersion()) return;
  const queue = kafkajsClass<RequestQueue & { scheduleCheckPendingRequests(): void; scheduleRequestTimeoutCheck(): void }>(
    'network/requestQueue',
  ).prototype;
  queue.scheduleRequestTimeoutCheck = function (this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(
      () => {
        for (const request of this.inflight.values()) {
          if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
        }
        if (!this.isConnected()) this.destroy();
      },
      Math.min(this.requestTimeout, TIMEOUT_INTERVAL),
    );
  };
  queue.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const throttled = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : CHECK_INTERVAL,
    );
  };
}
