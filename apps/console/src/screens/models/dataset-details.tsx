import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useDataset, useDeleteDataset, useHeads } from './queries';
import { TrainingForm } from './training-form';
import { useNamed } from './use-address';
import type { Dataset } from './types';

/** What is in a data set, and a training on it. */
export function DatasetDetails({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const query = useDataset(id);
  const heads = useHeads();
  return (
    <Loaded query={query}>
      {(dataset) => (
        <>
          <Panel title={dataset.name} actions={<DeleteDataset dataset={dataset} />}>
            <p className="muted small">
              {t('models.rows', { count: dataset.rows })}, {t('models.columns', { count: dataset.columns.length })} · SHA-256{' '}
              <code>{dataset.sha256.slice(0, 16)}…</code>
            </p>
            <SampleTable dataset={dataset} />
          </Panel>
          <Panel title={t('models.train', { name: dataset.name })}>
            <Loaded query={heads}>{(all) => <TrainingForm dataset={dataset} heads={all} />}</Loaded>
          </Panel>
        </>
      )}
    </Loaded>
  );
}

function SampleTable({ dataset: { columns, sample } }: { readonly dataset: Dataset }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.sample')}>
      <table className="table sample-table">
        <caption className="small muted">{t('models.sample')}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.map((row, place) => (
            <tr key={place}>
              {columns.map((column) => (
                <td key={column}>{row[column]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeleteDataset({ dataset: { id, name } }: { readonly dataset: Dataset }): ReactNode {
  const { t } = useTranslation();
  const [isOpen, open] = useState(false);
  const [, setNamed] = useNamed();
  const remove = useDeleteDataset(() => setNamed({}));
  return (
    <>
      <Button
        small
        look="danger"
        onPress={() => {
          remove.reset();
          open(true);
        }}
      >
        {t('state.delete')}
      </Button>
      <ConfirmDialog
        title={t('models.deleteTitle', { name })}
        isOpen={isOpen}
        onClose={() => open(false)}
        action={t('state.delete')}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(id)}
      >
        <p>{t('models.deleteText')}</p>
      </ConfirmDialog>
    </>
  );
}
