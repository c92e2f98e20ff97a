import { useInfiniteQuery, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { itemsOf, PAGES, type PagedQuery } from '../../api/paged-query';
import { customerService, dataOf, sentimentMonitor, trainer } from '../../api/services';
import { useChange } from './queries';
import type { FeedbackRow, ModelDrift, TrainingJob, TrainingSet, UpdateSettings } from './types';

export function useFeedback(head: string, state: FeedbackRow['state']): PagedQuery<FeedbackRow> {
  return useInfiniteQuery({
    queryKey: ['trainer', 'feedback', head, state],
    queryFn: ({ pageParam }) =>
      dataOf(trainer.GET('/v1/heads/{name}/feedback', { params: { path: { name: head }, query: { state, cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<FeedbackRow>,
  });
}

export function useUpdateSettings(head: string): UseQueryResult<UpdateSettings> {
  return useQuery({
    queryKey: ['trainer', 'update-settings', head],
    queryFn: () => dataOf(trainer.GET('/v1/heads/{name}/update-settings', { params: { path: { name: head } } })),
  });
}

export function useTrainingSet(head: string, number: number): UseQueryResult<TrainingSet> {
  return useQuery({
    queryKey: ['trainer', 'training-set', head, number],
    queryFn: () => dataOf(trainer.GET('/v1/heads/{name}/training-sets/{number}', { params: { path: { name: head, number } } })),
  });
}

/** Which rows get which state. */
export interface Review {
  readonly ids: string[];
  readonly state: 'approved' | 'rejected';
}

export function useReview(head: string): UseMutationResult<unknown, Error, Review> {
  return useChange((body: Review) => dataOf(trainer.POST('/v1/heads/{name}/feedback/review', { params: { path: { name: head } }, body })));
}

export function useStartUpdate(head: string): UseMutationResult<TrainingJob, Error, void> {
  return useChange(() => dataOf(trainer.POST('/v1/heads/{name}/update', { params: { path: { name: head } }, body: {} })));
}

/** Services by the head that they serve, and tell the drift of. */
const DRIFTS: Readonly<Record<string, () => Promise<{ items: ModelDrift[] }>>> = {
  'customer-service': () => dataOf(customerService.GET('/v1/models/drift')),
  'sentiment-monitor': () => dataOf(sentimentMonitor.GET('/v1/models/drift')),
};

/** Whether a service tells the drift of a head. */
export function tellsDrift(head: string): boolean {
  return Object.hasOwn(DRIFTS, head);
}

/** Drift of the version of a head that serves; null where the service tells of none. */
export function useDrift(head: string): UseQueryResult<ModelDrift | null> {
  return useQuery({
    queryKey: ['drift', head],
    queryFn: async () => (await DRIFTS[head]()).items.find(({ model }) => model === head) ?? null,
    enabled: tellsDrift(head),
    retry: false,
  });
}
