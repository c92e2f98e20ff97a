import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { DialogWindow } from './dialog-window';
import { Failure } from './failure';

interface ConfirmDialogProps {
  readonly title: string;
  /** What exactly it is done to. */
  readonly children?: ReactNode;
  /** What is done, such as “Delete”. */
  readonly action: string;
  /** What is pressed for not doing it; “Cancel” where it is not said. */
  readonly cancel?: string;
  /** It takes nothing away that cannot come back. */
  readonly isHarmless?: boolean;
  readonly isOpen: boolean;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back, or that others notice at once. */
export function ConfirmDialog({
  title,
  children,
  action,
  cancel,
  isHarmless = false,
  isOpen,
  isPending,
  error,
  onConfirm,
  onClose,
}: ConfirmDialogProps): ReactNode {
  const { t } = useTranslation();
  return (
    <DialogWindow title={title} isOpen={isOpen} onClose={onClose}>
      {children}
      {error !== null && <Failure error={error} />}
      <div className="row">
        <Button look={isHarmless ? 'primary' : 'danger'} onPress={onConfirm} isPending={isPending}>
          {action}
        </Button>
        <Button onPress={onClose}>{cancel ?? t('state.cancel')}</Button>
      </div>
    </DialogWindow>
  );
}
