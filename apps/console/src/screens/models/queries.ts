import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { itemsOf, PAGES, type PagedQuery } from '../../api/paged-query';
import { sendFile, type FileToSend } from '../../api/send-file';
import { dataOf, trainer } from '../../api/services';
import type {
  AuditEntry,
  Dataset,
  Head,
  HeadComparison,
  HeadVersion,
  HeadVersionDetails,
  Promotion,
  TrainingJob,
  TrainingRequest,
} from './types';

/** Milliseconds between two looks at trainings that go on. */
const POLL = 2_500;
const ACTIVE: ReadonlySet<TrainingJob['status']> = new Set(['queued', 'running']);

/** Waits or runs. */
export function isActive({ status }: Pick<TrainingJob, 'status'>): boolean {
  return ACTIVE.has(status);
}

export function useHeads(): UseQueryResult<Head[]> {
  return useQuery({ queryKey: ['trainer', 'heads'], queryFn: async () => (await dataOf(trainer.GET('/v1/heads'))).items });
}

export function useVersions(head: string): PagedQuery<HeadVersion> {
  return useInfiniteQuery({
    queryKey: ['trainer', 'versions', head],
    queryFn: ({ pageParam }) =>
      dataOf(trainer.GET('/v1/heads/{name}/versions', { params: { path: { name: head }, query: { cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<HeadVersion>,
  });
}

export function useVersion(head: string, version: string): UseQueryResult<HeadVersionDetails> {
  return useQuery({
    queryKey: ['trainer', 'version', head, version],
    queryFn: () => dataOf(trainer.GET('/v1/heads/{name}/versions/{version}', { params: { path: { name: head, version } } })),
  });
}

export function useComparison(head: string, version: string, other: string): UseQueryResult<HeadComparison> {
  return useQuery({
    queryKey: ['trainer', 'compare', head, version, other],
    queryFn: () => dataOf(trainer.GET('/v1/heads/{name}/compare', { params: { path: { name: head }, query: { version, with: other } } })),
  });
}

export function useDatasets(): PagedQuery<Dataset> {
  return useInfiniteQuery({
    queryKey: ['trainer', 'datasets'],
    queryFn: ({ pageParam }) => dataOf(trainer.GET('/v1/datasets', { params: { query: { cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<Dataset>,
  });
}

export function useDataset(id: string): UseQueryResult<Dataset> {
  return useQuery({
    queryKey: ['trainer', 'dataset', id],
    queryFn: () => dataOf(trainer.GET('/v1/datasets/{id}', { params: { path: { id } } })),
  });
}

/** Trainings, looked at again while one goes on. */
export function useJobs(): PagedQuery<TrainingJob> {
  return useInfiniteQuery({
    queryKey: ['trainer', 'jobs'],
    queryFn: ({ pageParam }) => dataOf(trainer.GET('/v1/jobs', { params: { query: { cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<TrainingJob>,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(isActive)) === true ? POLL : false),
  });
}

export const jobKey = (id: string): readonly string[] => ['trainer', 'job', id];

export function useJob(id: string): UseQueryResult<TrainingJob> {
  return useQuery({ queryKey: jobKey(id), queryFn: () => dataOf(trainer.GET('/v1/jobs/{id}', { params: { path: { id } } })) });
}

/** What an audit is narrowed to. */
export interface AuditFilter {
  readonly head?: string;
  readonly action?: AuditEntry['action'];
}

export function useAudit(filter: AuditFilter): PagedQuery<AuditEntry> {
  return useInfiniteQuery({
    queryKey: ['trainer', 'audit', filter],
    queryFn: ({ pageParam }) => dataOf(trainer.GET('/v1/audit', { params: { query: { ...filter, cursor: pageParam } } })),
    ...PAGES,
    select: itemsOf<AuditEntry>,
  });
}

/** Lets a version serve, if the generation still serves that was seen to. */
export function promote(head: string, version: string, expectedGeneration: number): Promise<Promotion> {
  return dataOf(trainer.POST('/v1/heads/{name}/promote', { params: { path: { name: head } }, body: { version, expectedGeneration } }));
}

/** Lets the version serve that served before, if the generation still serves that was seen to. */
export function rollBack(head: string, expectedGeneration: number): Promise<Promotion> {
  return dataOf(trainer.POST('/v1/heads/{name}/rollback', { params: { path: { name: head } }, body: { expectedGeneration } }));
}

/** A file to be stored as a data set. */
export interface Upload extends Pick<FileToSend, 'file' | 'mediaType' | 'onProgress'> {
  readonly name: string;
}

export function useUpload(): UseMutationResult<Dataset, Error, Upload> {
  return useChange(async ({ name, ...file }: Upload) => {
    const path = `/v1/datasets?${new URLSearchParams({ name }).toString()}`;
    return (await (await sendFile({ service: 'trainer', path, ...file })).json()) as Dataset;
  });
}

/** @param onDeleted called while the data set is still shown, so that nobody asks for what is gone */
export function useDeleteDataset(onDeleted: () => void): UseMutationResult<unknown, Error, string> {
  return useChange((id: string) => trainer.DELETE('/v1/datasets/{id}', { params: { path: { id } } }), onDeleted);
}

export function useStartTraining(): UseMutationResult<TrainingJob, Error, TrainingRequest> {
  return useChange((body: TrainingRequest) => dataOf(trainer.POST('/v1/jobs', { body })));
}

export function useCancelTraining(): UseMutationResult<TrainingJob, Error, string> {
  return useChange((id: string) => dataOf(trainer.POST('/v1/jobs/{id}/cancel', { params: { path: { id } } })));
}

/**
 * Does something to the trainer. It is done once what the screen knows was read anew, whether it worked or not: who is told of a conflict
 * sees what there is now.
 *
 * @param onSuccess called before anything is read anew, which may take away what asked for the change
 */
export function useChange<Input, Data>(
  change: (input: Input) => Promise<Data>,
  onSuccess?: (data: Data) => void,
): UseMutationResult<Data, Error, Input> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (data) => onSuccess?.(data),
    onSettled: () => queries.invalidateQueries({ queryKey: ['trainer'] }),
  });
}
