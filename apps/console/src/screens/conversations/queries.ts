import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { customerService, dataOf } from '../../api/services';

/** The queries of the screen: hooks, so that every part asks under the same keys. */

export const useRanking = () =>
  useQuery({ queryKey: ['knowledge', 'ranking'], queryFn: () => dataOf(customerService.GET('/v1/knowledge/ranking')), staleTime: 60_000 });

export const useRecentConversations = () =>
  useQuery({
    queryKey: ['conversations'],
    queryFn: () => dataOf(customerService.GET('/v1/conversations', { params: { query: { limit: 20 } } })),
  });

export const useConversationRecord = (id: string | undefined) =>
  useQuery({
    queryKey: ['conversations', id],
    enabled: id !== undefined,
    queryFn: () => dataOf(customerService.GET('/v1/conversations/{id}', { params: { path: { id: id ?? '' } } })),
  });

export const useEntry = (id: string | undefined) =>
  useQuery({
    queryKey: ['knowledge', 'entry', id],
    enabled: id !== undefined,
    queryFn: () => dataOf(customerService.GET('/v1/knowledge/{id}', { params: { path: { id: id ?? '' } } })),
  });

export const useEntries = () =>
  useInfiniteQuery({
    queryKey: ['knowledge', 'entries'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      dataOf(
        customerService.GET('/v1/knowledge', {
          params: { query: { limit: 100, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const usePassages = (id: string | undefined) =>
  useQuery({
    queryKey: ['documents', id, 'passages'],
    enabled: id !== undefined,
    queryFn: () =>
      dataOf(customerService.GET('/v1/documents/{id}/passages', { params: { path: { id: id ?? '' }, query: { limit: 200 } } })),
  });

export type HandoffState = 'waiting' | 'claimed' | 'returned' | 'resolved';

/** Milliseconds between two looks at what others change. */
const POLL = 3_000;

export const useHandoffs = (state: HandoffState | 'all') =>
  useQuery({
    queryKey: ['handoffs', state],
    queryFn: () => dataOf(customerService.GET('/v1/handoffs', { params: { query: { limit: 50, ...(state === 'all' ? {} : { state }) } } })),
    refetchInterval: POLL,
  });

export const useHandoff = (id: string | undefined) =>
  useQuery({
    queryKey: ['handoffs', 'one', id],
    enabled: id !== undefined,
    queryFn: () => dataOf(customerService.GET('/v1/handoffs/{id}', { params: { path: { id: id ?? '' } } })),
    refetchInterval: POLL,
  });

export const useGaps = () =>
  useQuery({ queryKey: ['gaps'], queryFn: () => dataOf(customerService.GET('/v1/gaps', { params: { query: { limit: 100 } } })) });

export type FeedbackState = 'recorded' | 'proposed' | 'approved' | 'rejected';

export const useFeedback = (state: FeedbackState | 'all') =>
  useQuery({
    queryKey: ['feedback', state],
    queryFn: () => dataOf(customerService.GET('/v1/feedback', { params: { query: { limit: 50, ...(state === 'all' ? {} : { state }) } } })),
  });
