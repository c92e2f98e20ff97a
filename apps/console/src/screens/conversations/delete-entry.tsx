import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { customerService, dataOf } from '../../api/services';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import type { Entry } from './types';

/** Deletes an entry, after asking. */
export function DeleteEntry({ entry: { id, question } }: { readonly entry: Entry }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => dataOf(customerService.DELETE('/v1/knowledge/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      setIsAsking(false);
      void queries.invalidateQueries({ queryKey: ['knowledge'] });
    },
  });
  return (
    <>
      <Button small look="danger" onPress={() => setIsAsking(true)} aria-label={`${t('state.delete')}: ${question}`}>
        {t('state.delete')}
      </Button>
      <ConfirmDialog
        title={t('conversations.knowledge.deleteTitle')}
        action={t('state.delete')}
        isOpen={isAsking}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p className="clip">{question}</p>
      </ConfirmDialog>
    </>
  );
}
