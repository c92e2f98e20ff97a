import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PagedQuery } from '../api/paged-query';
import { Button } from './button';
import { Failure } from './failure';
import { Loading } from './loading';

interface PagedProps<Item> {
  readonly query: PagedQuery<Item>;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** A list as far as it was read, and a button that reads more of it. */
export function Paged<Item>({ query, children }: PagedProps<Item>): ReactNode {
  const { t } = useTranslation();
  const { data, error, hasNextPage, isFetchingNextPage } = query;
  const failure = error === null ? null : <Failure error={error} onRetry={() => void query.refetch()} />;
  if (data === undefined) return failure ?? <Loading />;
  return (
    <>
      {failure}
      {children(data)}
      {hasNextPage && (
        <div className="row">
          <Button small isPending={isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
            {t('state.more')}
          </Button>
        </div>
      )}
    </>
  );
}
