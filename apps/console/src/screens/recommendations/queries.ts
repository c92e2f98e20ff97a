import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { components } from '../../api/generated/recommender';
import { dataOf, recommender } from '../../api/services';
import type { ListRequest } from './list-request';
import { isRange, rangeQuery, type TimeRange } from './time-range';
import { nameOf, type Who } from './who';

type Schemas = components['schemas'];
export type Recommendations = Schemas['Recommendations'];
export type RecommendedItem = Recommendations['items'][number];
export type Item = Schemas['Item'];
export type ItemPage = Schemas['ListItemsResponse'];
export type SimilarItems = Schemas['SimilarItemsResponse'];
export type UserProfile = Schemas['GetUserResponse'];
export type OnlineMetrics = Schemas['OnlineMetricsResponse'];
export type BehaviourType = Schemas['Behaviour']['type'];

const SERVICE = 'recommender';
/** Items that are looked through for the names of categories. */
const PAGE = 200;
const MOST_PAGES = 5;
/** Milliseconds after which figures that go up to now are read anew. */
const FRESH = 15_000;

/** A list for somebody. Each fetching counts as a list shown, so it is fetched when something asks for it alone. */
export function useList(who: Who, request: ListRequest): UseQueryResult<Recommendations> {
  const name = nameOf(who);
  return useQuery({
    queryKey: [SERVICE, 'list', name, request],
    queryFn: ({ signal }) => dataOf(recommender.POST('/v1/recommendations', { body: request, signal })),
    placeholderData: (list, before) => (before?.queryKey[2] === name ? list : undefined),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** What is known of a reader; a problem of status 404 where that is nothing. */
export function useProfile(id: string): UseQueryResult<UserProfile> {
  return useQuery({
    queryKey: [SERVICE, 'user', id],
    queryFn: ({ signal }) => dataOf(recommender.GET('/v1/users/{id}', { params: { path: { id } }, signal })),
  });
}

export function useItem(id: string): UseQueryResult<Item> {
  return useQuery({
    queryKey: [SERVICE, 'item', id],
    queryFn: ({ signal }) => dataOf(recommender.GET('/v1/items/{id}', { params: { path: { id } }, signal })),
  });
}

export function useSimilarItems(id: string): UseQueryResult<SimilarItems> {
  return useQuery({
    queryKey: [SERVICE, 'similar', id],
    queryFn: ({ signal }) => dataOf(recommender.GET('/v1/items/{id}/similar', { params: { path: { id }, query: { limit: 6 } }, signal })),
  });
}

/** Items whose texts mean what a text means; nothing is asked for an empty one. */
export function useItemSearch(text: string): UseQueryResult<SimilarItems> {
  return useQuery({
    queryKey: [SERVICE, 'search', text],
    queryFn: ({ signal }) => dataOf(recommender.GET('/v1/items/search', { params: { query: { text, limit: 20 } }, signal })),
    enabled: text !== '',
    placeholderData: (found) => found,
  });
}

/** The catalogue, page by page. */
export function useCatalogue(category: string | undefined): UseInfiniteQueryResult<InfiniteData<ItemPage>> {
  return useInfiniteQuery({
    queryKey: [SERVICE, 'catalogue', category],
    queryFn: ({ pageParam, signal }) => itemPage(25, pageParam, category, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Names of categories, in order: those of the catalogue's first thousand items, for the service does not list them. */
export function useCategories(): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: [SERVICE, 'categories'],
    queryFn: async ({ signal }) => {
      const names = new Set<string>();
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES && (page === 0 || cursor !== undefined); page++) {
        const { items, nextCursor } = await itemPage(PAGE, cursor, undefined, signal);
        for (const { category } of items) if (category !== undefined) names.add(category);
        cursor = nextCursor;
      }
      return [...names].sort();
    },
    staleTime: 5 * 60_000,
  });
}

function itemPage(limit: number, cursor: string | undefined, category: string | undefined, signal: AbortSignal): Promise<ItemPage> {
  const query = { limit, ...(cursor === undefined ? {} : { cursor }), ...(category === undefined ? {} : { category }) };
  return dataOf(recommender.GET('/v1/items', { params: { query }, signal }));
}

/** How lists of a time did; read anew now and then where it goes up to now. */
export function useOnlineMetrics(range: TimeRange): UseQueryResult<OnlineMetrics> {
  return useQuery({
    queryKey: [SERVICE, 'metrics', range],
    queryFn: ({ signal }) => dataOf(recommender.GET('/v1/metrics/online', { params: { query: rangeQuery(range, Date.now()) }, signal })),
    enabled: isRange(range),
    placeholderData: (metrics) => metrics,
    refetchInterval: range.to === '' ? FRESH : false,
    staleTime: 0,
  });
}

/** Something that a reader does now. */
export interface ToldBehaviour {
  readonly item: string;
  readonly type: BehaviourType;
  /** The list in which the item was seen. */
  readonly impressionId?: string;
}

/** Sends what a reader does; then lists and profile of the reader, and the figures, are fetched anew. */
export function useBehaviour(user: string): UseMutationResult<void, Error, ToldBehaviour> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (behaviour) => {
      const body = { ...behaviour, user, at: new Date().toISOString() };
      const { refused } = await dataOf(recommender.POST('/v1/events', { body }));
      if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join('; '));
    },
    onSuccess: () => fetchAnew(queries, user),
  });
}

/** Deletes a reader with all that came from it. */
export function useForget(user: string): UseMutationResult<void, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await recommender.DELETE('/v1/users/{id}', { params: { path: { id: user } } });
    },
    onSuccess: () => fetchAnew(queries, user),
  });
}

async function fetchAnew(queries: ReturnType<typeof useQueryClient>, user: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: [SERVICE, 'list', nameOf({ kind: 'reader', id: user })] }),
    queries.invalidateQueries({ queryKey: [SERVICE, 'user', user] }),
    queries.invalidateQueries({ queryKey: [SERVICE, 'metrics'] }),
  ]);
}
