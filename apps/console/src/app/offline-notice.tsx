import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Says that the browser is offline, for as long as it is. */
export function OfflineNotice(): ReactNode {
  const { t } = useTranslation();
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  return online ? null : (
    <p className="offline-notice" role="status">
      {t('state.offline')}
    </p>
  );
}
