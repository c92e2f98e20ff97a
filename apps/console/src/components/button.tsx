import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton, ProgressBar, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import './button.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** A button; while `isPending` it says so, keeps the focus, and does nothing. */
export function Button({ look = 'plain', small = false, isPending = false, children, onPress, type, ...props }: ButtonProps): ReactNode {
  const { t } = useTranslation();
  const className = `button button-${look}${small ? ' button-small' : ''}${isPending ? ' button-waits' : ''}`;
  // React Aria's own way announces a progress bar that is gone when the announcement is looked at.
  const action = isPending
    ? { type: 'button' as const }
    : { ...(onPress === undefined ? {} : { onPress }), ...(type === undefined ? {} : { type }) };
  return (
    <AriaButton {...props} {...action} className={className}>
      {isPending && <ProgressBar isIndeterminate aria-label={t('state.loading')} className="button-pending" />}
      {children}
    </AriaButton>
  );
}
