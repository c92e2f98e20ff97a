import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { useFormat } from '../../i18n/use-format';
import type { FeedbackRow } from './types';

interface FeedbackTableProps {
  readonly rows: readonly FeedbackRow[];
  readonly isPending: boolean;
  readonly onReview: (id: string, state: 'approved' | 'rejected') => void;
}

/** Corrections, each with who said so and what contradicts it, and the two decisions. */
export function FeedbackTable({ rows, isPending, onReview }: FeedbackTableProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('updates.corrections')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('updates.text')}</th>
            <th scope="col">{t('updates.label')}</th>
            <th scope="col">{t('updates.from')}</th>
            <th scope="col">{t('updates.decided')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                {row.text}
                {row.pair !== undefined && <div className="small muted">{row.pair}</div>}
              </th>
              <td>
                {nameOf(row.label)}
                {row.conflicts.map(({ id, label }) => (
                  <div key={id}>
                    <Badge tone="warning">{t('updates.conflict', { label: nameOf(label) })}</Badge>
                  </div>
                ))}
              </td>
              <td>
                <Origins row={row} />
              </td>
              <td>
                <Decision row={row} isPending={isPending} onReview={onReview} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Origins({ row: { origins } }: { readonly row: FeedbackRow }): ReactNode {
  const { instant } = useFormat();
  return origins.map(({ source, at }, place) => (
    <div key={place}>
      {source}
      <div className="small muted nowrap">{instant(at)}</div>
    </div>
  ));
}

function Decision({
  row: { id, state, decidedAt, decidedBy },
  isPending,
  onReview,
}: { readonly row: FeedbackRow } & Pick<FeedbackTableProps, 'isPending' | 'onReview'>): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  return (
    <div className="row">
      {state !== 'approved' && (
        <Button small isDisabled={isPending} onPress={() => onReview(id, 'approved')}>
          {t('updates.approve')}
        </Button>
      )}
      {state !== 'rejected' && (
        <Button small look="quiet" isDisabled={isPending} onPress={() => onReview(id, 'rejected')}>
          {t('updates.reject')}
        </Button>
      )}
      {decidedAt !== undefined && (
        <span className="small muted">
          {instant(decidedAt)}, {decidedBy}
        </span>
      )}
    </div>
  );
}

function nameOf(label: FeedbackRow['label']): string {
  return typeof label === 'string' ? label : label.join(', ');
}
