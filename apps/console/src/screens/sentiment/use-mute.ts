import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { dataOf, sentimentMonitor } from '../../api/services';
import type { Watch } from './types';

/** Milliseconds for which a watch is muted. */
const HOUR = 3_600_000;

/** Mutes a watch for an hour (`true`), or lets it speak again. */
export function useMute(id: string): UseMutationResult<Watch, Error, boolean> {
  const queries = useQueryClient();
  const path = { params: { path: { id } } };
  return useMutation({
    mutationFn: (isMuted: boolean) =>
      isMuted
        ? dataOf(sentimentMonitor.PUT('/v1/watches/{id}/mute', { ...path, body: { until: new Date(Date.now() + HOUR).toISOString() } }))
        : dataOf(sentimentMonitor.DELETE('/v1/watches/{id}/mute', path)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['watches'] }),
  });
}
