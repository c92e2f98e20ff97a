const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that Ctrl-C (SIGINT) or SIGTERM ends cleanly: the first signal aborts, and the work gets to its own end;
 * a second one kills the process.
 *
 * @param onInterrupt tells the reader that the first signal was heard
 * @throws AttuneError `interrupted` where the work ended because of the signal
 */
export async function withInterrupt<T>(onInterrupt: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    stopListening();
    onInterrupt();
    controller.abort();
  };
  const stopListening = (): void => SIGNALS.forEach((signal) => process.removeListener(signal, interrupt));
  SIGNALS.forEach((signal) => process.on(signal, interrupt));
  try {
    return await work(controller.signal);
  } catch (error) {
    const { AttuneError } = await import('@attune/artifact');
    if (controller.signal.aborted && !(error instanceof AttuneError)) {
      throw new AttuneError('interrupted', 'Interrupted.', { cause: error });
    }
    throw error;
  } finally {
    stopListening();
  }
}
