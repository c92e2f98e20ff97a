/**
 * Runs pieces of work at once. Where one fails, the others are told to end, and have ended when this throws what it failed of.
 *
 * @param signal ends all of them, too
 */
export async function allOrNone(signal: AbortSignal, pieces: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    pieces.map((piece) =>
      piece(either).catch((error: unknown) => {
        first ??= { error };
        failure.abort();
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}
