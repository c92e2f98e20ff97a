import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { ConflictNotice } from './conflict-notice';
import { promote } from './queries';
import { addressOf } from './use-address';
import { useChangeOfServing } from './use-change-of-serving';
import type { Head } from './types';

interface PromoteProps {
  readonly head: Head;
  readonly version: string;
  readonly isDisabled?: boolean;
  readonly onDone: (version: string) => void;
}

/** Lets a version serve, after it was asked. */
export function Promote({ head, version, isDisabled = false, onDone }: PromoteProps): ReactNode {
  const { t } = useTranslation();
  const dialog = useChangeOfServing(head, (seen) => promote(head.name, version, seen), onDone);
  const { current, name } = head;
  return (
    <>
      <Button small isDisabled={isDisabled} onPress={dialog.open} aria-label={`${t('models.promote')}: ${version}`}>
        {t('models.promote')}
      </Button>
      <ConfirmDialog
        title={t('models.promoteTitle', { version })}
        isOpen={dialog.isOpen}
        onClose={dialog.close}
        action={t('models.promote')}
        isHarmless
        isPending={dialog.isPending}
        error={dialog.error}
        onConfirm={dialog.confirm}
      >
        {dialog.isConflict && <ConflictNotice head={head} />}
        {current === undefined ? (
          <p>{t('models.promoteFirst', { head: name })}</p>
        ) : (
          <>
            <p>{t('models.promoteInstead', { current: current.version, head: name })}</p>
            <p>
              <Link href={addressOf('compare', { head: name, version, with: current.version })}>{t('models.compareWith')}</Link>
            </p>
          </>
        )}
      </ConfirmDialog>
    </>
  );
}
