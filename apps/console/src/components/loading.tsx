import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import './failure.css';

/** Stands where something will be. */
export function Loading(): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status" aria-label={t('state.loading')}>
      <div className="loading-line" />
      <div className="loading-line" />
      <div className="loading-line" />
    </div>
  );
}
