import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { itemsOf, PAGES, type PagedQuery } from '../../api/paged-query';
import { dataOf, sentimentMonitor } from '../../api/services';
import { spanOf, type Range } from './range';
import type { Alert, Watch } from './types';

export const useWatches = (): PagedQuery<Watch> =>
  useInfiniteQuery({
    queryKey: ['watches'],
    queryFn: ({ pageParam }) => dataOf(sentimentMonitor.GET('/v1/watches', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<Watch>,
  });

export const useWatch = (id: string | undefined) =>
  useQuery({
    queryKey: ['watches', 'one', id],
    enabled: id !== undefined,
    queryFn: () => dataOf(sentimentMonitor.GET('/v1/watches/{id}', { params: { path: { id: id ?? '' } } })),
  });

/** Milliseconds between two looks at a trend. */
const TREND_POLL = 10_000;

/** The trend of a watch over a range that ends now, and the alerts that opened in it. */
export const useTrend = (watchId: string, range: Range) =>
  useQuery({
    queryKey: ['trend', watchId, range],
    queryFn: async () => {
      const { from, to, step } = spanOf(range, Date.now());
      const [trend, alerts] = await Promise.all([
        dataOf(
          sentimentMonitor.GET('/v1/watches/{id}/trend', {
            params: {
              path: { id: watchId },
              query: { from: new Date(from).toISOString(), to: new Date(to).toISOString(), step, expected: 'true' },
            },
          }),
        ),
        dataOf(sentimentMonitor.GET('/v1/alerts', { params: { query: { watch: watchId, limit: 100 } } })),
      ]);
      return { ...trend, alerts: alerts.items.filter(({ openedAt }) => Date.parse(openedAt) >= from) };
    },
    refetchInterval: TREND_POLL,
  });

export type AlertState = 'open' | 'resolved';

export const useAlerts = (state: AlertState | 'all'): PagedQuery<Alert> =>
  useInfiniteQuery({
    queryKey: ['alerts', state],
    queryFn: ({ pageParam }) =>
      dataOf(
        sentimentMonitor.GET('/v1/alerts', {
          params: { query: { limit: 30, ...(state === 'all' ? {} : { state }), cursor: pageParam } },
        }),
      ),
    ...PAGES,
    select: itemsOf<Alert>,
  });

export const useAlert = (id: string) =>
  useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: () => dataOf(sentimentMonitor.GET('/v1/alerts/{id}', { params: { path: { id } } })),
  });

export const useExplainedDocument = (id: string, isWanted: boolean) =>
  useQuery({
    queryKey: ['documents', id, 'explained'],
    enabled: isWanted,
    queryFn: () => dataOf(sentimentMonitor.GET('/v1/documents/{id}', { params: { path: { id }, query: { explain: 'true' } } })),
    staleTime: Infinity,
  });
