import { Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { ConflictNotice } from './conflict-notice';
import { rollBack } from './queries';
import { useChangeOfServing } from './use-change-of-serving';
import type { Head } from './types';

interface RollBackProps {
  readonly head: Head;
  readonly onDone: (version: string) => void;
}

/** Lets the version serve that served before, after it was asked; nothing where none is remembered. */
export function RollBack({ head, onDone }: RollBackProps): ReactNode {
  const { t } = useTranslation();
  const dialog = useChangeOfServing(head, (seen) => rollBack(head.name, seen), onDone);
  const { current, rollbackTo, name } = head;
  if (current === undefined || (rollbackTo === undefined && !dialog.isOpen)) return null;
  const version = rollbackTo ?? t('state.none');
  return (
    <>
      <Button small onPress={dialog.open}>
        <Undo2 size={15} aria-hidden /> {t('models.rollBack', { version })}
      </Button>
      <ConfirmDialog
        title={t('models.rollBackTitle', { head: name })}
        isOpen={dialog.isOpen}
        onClose={dialog.close}
        action={t('models.rollBackDo')}
        isPending={dialog.isPending}
        error={dialog.error}
        onConfirm={dialog.confirm}
      >
        {dialog.isConflict && <ConflictNotice head={head} />}
        <p>{t('models.rollBackText', { current: current.version, version })}</p>
      </ConfirmDialog>
    </>
  );
}
