import { useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { customerService, dataOf, sentimentMonitor, trainer } from '../../api/services';
import { useChange } from './queries';
import type { HeadShadow, HeadShadows, ModelShadow } from './types';

/** Milliseconds between two looks at what is in shadow. */
const POLL = 5_000;

/** What is in shadow of a head, and what was. */
export function useShadows(head: string): UseQueryResult<HeadShadows> {
  return useQuery({
    queryKey: ['trainer', 'shadow', head],
    queryFn: () => dataOf(trainer.GET('/v1/heads/{name}/shadow', { params: { path: { name: head } } })),
  });
}

/** What is to be put in shadow. */
export interface NewShadow {
  readonly version: string;
  readonly share: number;
}

export function useStartShadow(head: string): UseMutationResult<HeadShadow, Error, NewShadow> {
  return useChange((body: NewShadow) => dataOf(trainer.PUT('/v1/heads/{name}/shadow', { params: { path: { name: head } }, body })));
}

export function useStopShadow(head: string): UseMutationResult<unknown, Error, void> {
  return useChange(() => dataOf(trainer.DELETE('/v1/heads/{name}/shadow', { params: { path: { name: head } } })));
}

/** Services by the head that they serve. */
const SHADOWS: Readonly<Record<string, () => Promise<{ items: ModelShadow[] }>>> = {
  'customer-service': () => dataOf(customerService.GET('/v1/models/shadow')),
  'sentiment-monitor': () => dataOf(sentimentMonitor.GET('/v1/models/shadow')),
};

/** Whether a service tells what the shadow of a head says. */
export function tellsShadow(head: string): boolean {
  return Object.hasOwn(SHADOWS, head);
}

/** What the shadow of a head says, as an instance of its service tells; null where it has none. */
export function useModelShadow(head: string): UseQueryResult<ModelShadow | null> {
  return useQuery({
    queryKey: ['shadow', head],
    queryFn: async () => (await SHADOWS[head]()).items.find(({ model }) => model === head) ?? null,
    enabled: tellsShadow(head),
    refetchInterval: POLL,
    retry: false,
  });
}
