import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Badge } from '../../components/badge';
import { useFormat } from '../../i18n/use-format';
import { primaryFigure } from './figures';
import { Promote } from './promote';
import { addressOf, useNamed } from './use-address';
import { useWording } from './use-wording';
import type { Head, HeadVersion } from './types';

interface VersionsTableProps {
  readonly head: Head;
  readonly versions: readonly HeadVersion[];
  readonly onPromoted: (version: string) => void;
}

/** Versions of a head, the newest first. */
export function VersionsTable({ head, versions, onPromoted }: VersionsTableProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.versions', { head: head.name })}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('models.version')}</th>
            <th scope="col">{t('models.figuresHead')}</th>
            <th scope="col">{t('models.written')}</th>
            <th scope="col">{t('models.tuner')}</th>
            <th scope="col">{t('models.trainingData')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <VersionRow key={version.version} head={head} version={version} onPromoted={onPromoted} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VersionRow({ head, version, onPromoted }: Omit<VersionsTableProps, 'versions'> & { readonly version: HeadVersion }): ReactNode {
  const { t } = useTranslation();
  const [named] = useNamed();
  const { instant } = useFormat();
  const { version: name, isCurrent, problem, writtenAt, tuner, encoder } = version;
  const isServing = head.current?.version === name || (head.current === undefined && isCurrent);
  return (
    <tr className={named.version === name ? 'is-chosen' : ''}>
      <th scope="row">
        <div className="row">
          <Link href={addressOf('', { head: head.name, version: name })} className="clip">
            {name}
          </Link>
          {isServing && <Badge tone="positive">{t('models.serves')}</Badge>}
          {problem !== undefined && <Badge tone="negative">{t('models.cannotServe')}</Badge>}
        </div>
      </th>
      <td>
        <MainFigures version={version} />
      </td>
      <td className="nowrap">{instant(writtenAt)}</td>
      <td>
        {tuner ?? t('models.unknown')}
        {encoder !== undefined && <div className="small muted clip">{encoder}</div>}
      </td>
      <td>
        <TrainedOn version={version} />
      </td>
      <td>
        <div className="row">
          {!isServing && head.current !== undefined && (
            <Link className="nowrap" href={addressOf('compare', { head: head.name, version: name, with: head.current.version })}>
              {t('models.compareThis')}
            </Link>
          )}
          {!isServing && <Promote head={head} version={name} isDisabled={problem !== undefined} onDone={onPromoted} />}
        </div>
      </td>
    </tr>
  );
}

/** The first figure of each task. */
function MainFigures({ version: { metrics } }: { readonly version: HeadVersion }): ReactNode {
  const { figure, nameOf } = useWording();
  const tasks = Object.entries(metrics);
  return (
    <dl className="facts small">
      {tasks.map(([task, figures]) => {
        const name = primaryFigure(figures);
        if (name === undefined) return null;
        return (
          <div key={task} className="fact">
            <dt>{nameOf(name, tasks.length > 1 ? task : undefined)}</dt>
            <dd className="number">{figure(figures[name])}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The data set by its name, or how many rows there were. */
export function TrainedOn({ version: { dataset, trainingData } }: { readonly version: HeadVersion }): ReactNode {
  const { t } = useTranslation();
  const rows = trainingData === undefined ? undefined : t('models.rows', { count: trainingData.rows });
  if (dataset === undefined) return rows ?? t('models.unknown');
  return (
    <>
      {dataset.name === undefined ? (
        <span className="muted">{t('models.deleted')}</span>
      ) : (
        <Link href={addressOf('data', { dataset: dataset.id })} className="clip">
          {dataset.name}
        </Link>
      )}
      {rows !== undefined && <div className="small muted">{rows}</div>}
    </>
  );
}
