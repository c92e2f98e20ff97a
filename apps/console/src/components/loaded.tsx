import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure';
import { Loading } from './loading';

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
}

/** What a query gave; until then that it loads, and where it failed, why. What was there before stays in sight. */
export function Loaded<Data>({ query, children }: LoadedProps<Data>): ReactNode {
  const { data, error } = query;
  const failure = error === null ? null : <Failure error={error} onRetry={() => void query.refetch()} />;
  if (data === undefined) return failure ?? <Loading />;
  return (
    <>
      {failure}
      {children(data)}
    </>
  );
}
