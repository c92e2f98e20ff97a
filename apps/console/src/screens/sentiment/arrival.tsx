import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormat } from '../../i18n/use-format';
import type { Alert } from './types';

/** Says that an alert has come in, and leads to it. */
export function Arrival({ alert }: { readonly alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { id, state, severity, watchName: name, observed, expected } = alert;
  return (
    <p className={`arrival arrival-${state}`}>
      <Link href={`/sentiment/alerts/${encodeURIComponent(id)}`}>
        {state === 'resolved'
          ? t('sentiment.alerts.resolvedNow', { name })
          : t('sentiment.alerts.arrived', {
              severity: t(`sentiment.alerts.severities.${severity}`),
              name,
              observed: number(observed, 0),
              expected: number(expected, 2),
            })}
      </Link>
    </p>
  );
}
