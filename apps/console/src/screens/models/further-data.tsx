import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { OptionalChoice } from './optional-choice';
import { useDatasets } from './queries';
import type { Dataset } from './types';

/** Data sets of a training beside its own. */
export interface FurtherData {
  readonly test?: string;
  readonly items?: string;
}

interface FurtherDataFieldsProps {
  readonly isRanking: boolean;
  readonly dataset: Dataset;
  readonly further: FurtherData;
  readonly onChange: (further: FurtherData) => void;
}

/** Which other data sets a training takes: rows that only the final report sees, and the items of a ranking. */
export function FurtherDataFields({ isRanking, dataset, further: { test, items }, onChange }: FurtherDataFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { data = [] } = useDatasets();
  const options = data
    .filter(({ id }) => id !== dataset.id)
    .map(({ id, name, rows }) => ({ value: id, text: `${name} (${t('models.rows', { count: rows })})` }));
  const change = (next: { test: string | undefined; items: string | undefined }): void =>
    onChange(Object.fromEntries(Object.entries(next).filter(([, id]) => id !== undefined)));
  return (
    <div className="form-grid">
      <OptionalChoice
        label={t('models.testData')}
        none={t('models.testNone')}
        options={options}
        value={test}
        onChange={(id) => change({ test: id, items })}
      />
      {isRanking && (
        <OptionalChoice
          label={t('models.items')}
          none={t('models.itemsOwn')}
          options={options}
          value={items}
          onChange={(id) => change({ test, items: id })}
        />
      )}
    </div>
  );
}
