import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { useForget } from './queries';

/** Deletes a reader, when that was confirmed. */
export function ForgetReader({ id, isKnown }: { readonly id: string; readonly isKnown: boolean }): ReactNode {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const forget = useForget(id);
  return (
    <>
      <p role="status" className="small">
        {forget.isSuccess && !isKnown && t('recommendations.profile.forgotten', { id })}
      </p>
      {isKnown && (
        <div className="row">
          <Button small look="danger" onPress={() => setAsks(true)}>
            {t('recommendations.profile.forget')}
          </Button>
        </div>
      )}
      <ConfirmDialog
        title={t('recommendations.profile.forgetTitle', { id })}
        action={t('recommendations.profile.forgetYes')}
        isOpen={asks}
        isPending={forget.isPending}
        error={forget.error}
        onConfirm={() => forget.mutate(undefined, { onSuccess: () => setAsks(false) })}
        onClose={() => setAsks(false)}
      >
        <p>{t('recommendations.profile.forgetText')}</p>
      </ConfirmDialog>
    </>
  );
}
