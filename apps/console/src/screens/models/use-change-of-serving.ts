import { useState } from 'react';
import { ServiceProblem } from '../../api/problem';
import { useChange } from './queries';
import type { Head, Promotion } from './types';

/** A dialog that asks whether another version is to serve. */
export interface ServingDialog {
  readonly isOpen: boolean;
  /** Another promotion came first. */
  readonly isConflict: boolean;
  /** Every other reason why it did not work. */
  readonly error: Error | null;
  readonly isPending: boolean;
  open(): void;
  close(): void;
  confirm(): void;
}

/**
 * Changes what serves, provided that what is shown serves still: what someone else promoted meanwhile is never undone unseen.
 *
 * @param change is given the generation that the reader saw
 */
export function useChangeOfServing(
  head: Head,
  change: (expectedGeneration: number) => Promise<Promotion>,
  onDone: (version: string) => void,
): ServingDialog {
  const [seen, setSeen] = useState<number>();
  const mutation = useChange(change, ({ version }) => {
    setSeen(undefined);
    onDone(version);
  });
  const { error } = mutation;
  const isConflict = error instanceof ServiceProblem && error.status === 409;
  const generation = head.current?.generation ?? 0;
  return {
    isOpen: seen !== undefined,
    isConflict,
    error: isConflict ? null : error,
    isPending: mutation.isPending,
    open: () => {
      mutation.reset();
      setSeen(generation);
    },
    close: () => setSeen(undefined),
    // After a conflict the dialog says what serves now, so that is what the reader agrees to.
    confirm: () => mutation.mutate(isConflict ? generation : (seen ?? generation)),
  };
}
