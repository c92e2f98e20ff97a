import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEvents, type StreamState } from '../../api/use-events';
import { isActive, jobKey, useJob } from './queries';
import type { TrainingJob } from './types';

/** A training as it is now, followed by its stream of events until it has ended. */
export function useFollowedJob(id: string): { query: UseQueryResult<TrainingJob>; stream: StreamState } {
  const queries = useQueryClient();
  const query = useJob(id);
  const isFollowed = query.data !== undefined && isActive(query.data);
  // A stream that ends is taken up again, since the service ends it as well when it stops; that of a training that has ended is left.
  const stream = useEvents('trainer', isFollowed ? `/v1/jobs/${encodeURIComponent(id)}/progress` : undefined, ({ data }) => {
    const job = JSON.parse(data) as TrainingJob;
    queries.setQueryData(jobKey(id), job);
    if (!isActive(job)) void queries.invalidateQueries({ queryKey: ['trainer'] });
  });
  return { query, stream };
}
