import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { OptionalChoice } from './optional-choice';
import { useAudit, useHeads, type AuditFilter } from './queries';
import { addressOf } from './use-address';
import type { AuditEntry } from './types';

const ACTIONS: readonly AuditEntry['action'][] = [
  'dataset.created',
  'dataset.deleted',
  'job.created',
  'job.cancelled',
  'job.succeeded',
  'job.failed',
  'job.refused',
  'feedback.received',
  'feedback.approved',
  'feedback.rejected',
  'feedback.erased',
  'training-set.created',
  'update-settings.changed',
  'shadow.begun',
  'shadow.stopped',
  'version.promoted',
  'version.rolled-back',
  'version.noticed',
];

/** Who did what, the newest first. */
export function AuditPart(): ReactNode {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<AuditFilter>({});
  const heads = useHeads();
  const audit = useAudit(filter);
  const narrow = (head: string | undefined, action: AuditFilter['action']): void =>
    setFilter({ ...(head === undefined ? {} : { head }), ...(action === undefined ? {} : { action }) });
  return (
    <Panel title={t('models.audit')}>
      <div className="form-grid">
        <OptionalChoice
          label={t('models.head')}
          none={t('models.ofAllHeads')}
          options={(heads.data ?? []).map(({ name }) => ({ value: name, text: name }))}
          value={filter.head}
          onChange={(head) => narrow(head, filter.action)}
        />
        <OptionalChoice
          label={t('models.action')}
          none={t('models.ofAllActions')}
          options={ACTIONS.map((value) => ({ value, text: t(`models.actions.${value}`) }))}
          value={filter.action}
          onChange={(value) =>
            narrow(
              filter.head,
              ACTIONS.find((action) => action === value),
            )
          }
        />
      </div>
      <Paged query={audit}>{(items) => (items.length === 0 ? <Empty>{t('models.noAudit')}</Empty> : <AuditTable entries={items} />)}</Paged>
    </Panel>
  );
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.audit')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('models.when')}</th>
            <th scope="col">{t('models.who')}</th>
            <th scope="col">{t('models.what')}</th>
            <th scope="col">{t('models.which')}</th>
            <th scope="col">{t('models.head')}</th>
            <th scope="col">{t('models.more')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="nowrap">{instant(entry.at)}</td>
              <td>{entry.actor}</td>
              <td>{t(`models.actions.${entry.action}`)}</td>
              <td>
                <Subject entry={entry} />
              </td>
              <td>{entry.head ?? '–'}</td>
              <td className="small muted clip">
                {Object.entries(entry.details)
                  .map(([name, value]) => `${name}: ${shortened(String(value))}`)
                  .join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What an entry is about, with a link to it where it can be there still. */
function Subject({ entry: { action, subject, head } }: { readonly entry: AuditEntry }): ReactNode {
  if (action === 'dataset.deleted') return <code>{shortened(subject)}</code>;
  const isOfUpdates = ['feedback.', 'training-set.', 'update-settings.'].some((kind) => action.startsWith(kind));
  if (isOfUpdates) return <Link href={addressOf('updates', { head })}>{shortened(subject)}</Link>;
  const isVersion = action.startsWith('version.') || action.startsWith('shadow.');
  const href = isVersion
    ? addressOf('', { head, version: subject })
    : action.startsWith('job.')
      ? addressOf('trainings', { job: subject })
      : addressOf('data', { dataset: subject });
  return (
    <Link href={href} className="clip">
      {isVersion ? subject : shortened(subject)}
    </Link>
  );
}

/** Ids and hashes are told by their beginning. */
function shortened(text: string): string {
  return /^[0-9a-f-]{32,}$/.test(text) ? `${text.slice(0, 8)}…` : text;
}
