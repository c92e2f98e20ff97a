/** How a call's texts go through the queue. */
export interface CallOptions {
  /** Aborted: texts that no worker has yet are dropped, and the call is refused with `interrupted`. */
  signal?: AbortSignal;
  /**
   * A bulk call is never refused: its texts go to the workers piece by piece, between those of other calls, and the caller waits. Any other
   * call is `Overloaded` when the queue has no room for it. By default a call of more than 64 texts is a bulk call.
   */
  bulk?: boolean;
}
