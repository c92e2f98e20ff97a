import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { DatasetDetails } from './dataset-details';
import { DatasetUpload } from './dataset-upload';
import { useDatasets } from './queries';
import { addressOf, useNamed } from './use-address';
import { useWording } from './use-wording';
import type { Dataset } from './types';

/** Data sets: those that are there, another one, and a training on the chosen one. */
export function DataPart(): ReactNode {
  const { t } = useTranslation();
  const datasets = useDatasets();
  const [named] = useNamed();
  return (
    <div className="stack">
      <div className="columns columns-narrow-first">
        <DatasetUpload />
        <Panel title={t('models.datasets')}>
          <Paged query={datasets}>
            {(items) =>
              items.length === 0 ? <Empty>{t('models.noDatasets')}</Empty> : <DatasetTable datasets={items} chosen={named.dataset} />
            }
          </Paged>
        </Panel>
      </div>
      {named.dataset !== undefined && <DatasetDetails key={named.dataset} id={named.dataset} />}
    </div>
  );
}

function DatasetTable({ datasets, chosen }: { readonly datasets: readonly Dataset[]; readonly chosen: string | undefined }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const { bytes } = useWording();
  return (
    <div className="table-scroll table-tall" tabIndex={0} role="region" aria-label={t('models.datasets')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('models.name')}</th>
            <th scope="col" className="right">
              {t('models.support')}
            </th>
            <th scope="col">{t('models.format')}</th>
            <th scope="col">{t('models.uploaded')}</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map(({ id, name, rows, columns, format, bytes: size, createdAt, createdBy }) => (
            <tr key={id} className={id === chosen ? 'is-chosen' : ''}>
              <th scope="row">
                <Link href={addressOf('data', { dataset: id })} className="clip" aria-current={id === chosen ? 'true' : undefined}>
                  {name}
                </Link>
              </th>
              <td className="right">{number(rows)}</td>
              <td>
                {format.toUpperCase()}, {bytes(size)}
                <div className="small muted">{t('models.columns', { count: columns.length })}</div>
              </td>
              <td>
                {instant(createdAt)}
                <div className="small muted">{createdBy}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
