import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { itemsOf, PAGES, type PagedQuery } from '../../api/paged-query';
import { customerService, dataOf } from '../../api/services';
import type { Entry, Feedback, Handoff, KnowledgeDocument } from './types';

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

export const useEntries = (): PagedQuery<Entry> =>
  useInfiniteQuery({
    queryKey: ['knowledge', 'entries'],
    queryFn: ({ pageParam }) => dataOf(customerService.GET('/v1/knowledge', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<Entry>,
  });

export const useDocuments = (): PagedQuery<KnowledgeDocument> =>
  useInfiniteQuery({
    queryKey: ['documents'],
    queryFn: ({ pageParam }) => dataOf(customerService.GET('/v1/documents', { params: { query: { limit: 50, cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<KnowledgeDocument>,
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

export const useHandoffs = (state: HandoffState | 'all'): PagedQuery<Handoff> =>
  useInfiniteQuery({
    queryKey: ['handoffs', state],
    queryFn: ({ pageParam }) =>
      dataOf(customerService.GET('/v1/handoffs', { params: { query: { limit: 50, ...narrowed(state), cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<Handoff>,
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

export const useFeedback = (state: FeedbackState | 'all'): PagedQuery<Feedback> =>
  useInfiniteQuery({
    queryKey: ['feedback', state],
    queryFn: ({ pageParam }) =>
      dataOf(customerService.GET('/v1/feedback', { params: { query: { limit: 50, ...narrowed(state), cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<Feedback>,
  });

function narrowed<State extends string>(state: State | 'all'): { state?: State } {
  return state === 'all' ? {} : { state };
}
