import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Head } from './types';

/** Says that someone else was first, and what serves now. */
export function ConflictNotice({ head: { current } }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="notice notice-warning" role="alert">
      <p>{t('models.conflict')}</p>
      {current !== undefined && <p>{t('models.conflictNow', { version: current.version, generation: String(current.generation) })}</p>}
    </div>
  );
}
