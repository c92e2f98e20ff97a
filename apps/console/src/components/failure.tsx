import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ServiceProblem } from '../api/problem';
import { openKeys } from '../app/keys-dialog';
import { Button } from './button';
import './failure.css';

interface FailureProps {
  readonly error: unknown;
  /** Offered where another try may help. */
  readonly onRetry?: (() => void) | undefined;
}

/** Says what went wrong, and what to do about it. */
export function Failure({ error, onRetry }: FailureProps): ReactNode {
  const { t } = useTranslation();
  const needsKey = error instanceof ServiceProblem && error.needsKey;
  return (
    <div className="failure" role="alert">
      <p>{useWhatFailed(error)}</p>
      {error instanceof ServiceProblem && error.faults.length > 0 && (
        <ul className="small">
          {error.faults.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        {needsKey && (
          <Button small onPress={openKeys}>
            {t('state.enterKey')}
          </Button>
        )}
        {onRetry !== undefined && (
          <Button small onPress={onRetry}>
            {t('state.retry')}
          </Button>
        )}
      </div>
    </div>
  );
}

function useWhatFailed(error: unknown): string {
  const { t } = useTranslation();
  if (!(error instanceof ServiceProblem)) return error instanceof Error ? `${t('state.failed')} ${error.message}` : t('state.failed');
  const service = t(`app.services.${error.service}`);
  if (error.isUnreachable) return t('state.unreachable', { service });
  if (error.needsKey) return t('state.needsKey', { service });
  return error.message;
}
