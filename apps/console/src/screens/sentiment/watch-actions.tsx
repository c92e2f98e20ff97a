import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { dataOf, sentimentMonitor } from '../../api/services';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Failure } from '../../components/failure';
import { isMuted } from './is-muted';
import { useMute } from './use-mute';
import { WatchDialog } from './watch-dialog';
import type { Watch } from './types';

/** What can be done to a watch: edit, mute, delete. */
export function WatchActions({ watch }: { readonly watch: Watch }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [shown, setShown] = useState<'edit' | 'delete'>();
  const mute = useMute(watch.id);
  const close = (): void => setShown(undefined);
  const remove = useMutation({
    mutationFn: () => dataOf(sentimentMonitor.DELETE('/v1/watches/{id}', { params: { path: { id: watch.id } } })),
    onSuccess: () => {
      close();
      void queries.invalidateQueries({ queryKey: ['watches'] });
    },
  });
  return (
    <>
      <Button small onPress={() => setShown('edit')}>
        {t('sentiment.watches.edit')}
      </Button>
      {!isMuted(watch.mutedUntil) ? (
        <Button small onPress={() => mute.mutate(true)} isPending={mute.isPending}>
          {t('sentiment.watches.mute')}
        </Button>
      ) : (
        <Button small onPress={() => mute.mutate(false)} isPending={mute.isPending}>
          {t('sentiment.watches.unmute')}
        </Button>
      )}
      <Button small look="danger" onPress={() => setShown('delete')}>
        {t('state.delete')}
      </Button>
      {mute.error !== null && <Failure error={mute.error} />}
      <WatchDialog watch={shown === 'edit' ? watch : undefined} onClose={close} />
      <ConfirmDialog
        title={t('sentiment.watches.deleteTitle')}
        action={t('state.delete')}
        isOpen={shown === 'delete'}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        <p className="clip">{watch.name}</p>
      </ConfirmDialog>
    </>
  );
}
