import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { newKey } from '../../api/new-key';
import { customerService, dataOf } from '../../api/services';

/** The first message of a conversation. */
export interface Beginning {
  /** Opens a conversation and says something in it; settles when it was said or refused. */
  begin(text: string): Promise<unknown>;
  /** What is being said, until it was. */
  readonly text: string | undefined;
  readonly error: Error | null;
}

/** @param onBegun gets the conversation's id, unless whoever began it has gone elsewhere meanwhile */
export function useBeginning(onBegun: (id: string) => void): Beginning {
  const { i18n } = useTranslation();
  const queries = useQueryClient();
  const beginning = useMutation({
    mutationFn: async (text: string) => {
      const { id } = await dataOf(customerService.POST('/v1/conversations', { body: { locale: i18n.language, channel: 'console' } }));
      await dataOf(
        customerService.POST('/v1/conversations/{id}/messages', {
          params: { path: { id } },
          headers: { 'idempotency-key': newKey() },
          body: { text },
        }),
      );
      return id;
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['conversations'] }),
  });
  const begin = (text: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      // Callbacks of the call, not of the mutation, are not called once the component is gone.
      beginning.mutate(text, {
        onSuccess: (id) => {
          resolve(id);
          onBegun(id);
        },
        onError: reject,
      });
    });
  return { begin, text: beginning.isPending ? beginning.variables : undefined, error: beginning.error };
}
