import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { OptionalChoice } from './optional-choice';
import type { ColumnChoice, Role } from './columns';
import type { Dataset, Head } from './types';

interface ColumnFieldsProps {
  readonly head: Head;
  readonly dataset: Dataset;
  readonly columns: ColumnChoice;
  readonly onChange: (columns: ColumnChoice) => void;
}

/** Which column of a data set is what: the text, the label or that of each task, and what else there may be. */
export function ColumnFields({ head, dataset, columns, onChange }: ColumnFieldsProps): ReactNode {
  const { t } = useTranslation();
  const options = dataset.columns.map((value) => ({ value, text: value }));
  const field = (role: Role): ReactNode => (
    <OptionalChoice
      key={role}
      label={t(`models.roles.${role}`)}
      none={t('models.noColumn')}
      options={options}
      value={columns[role]}
      onChange={(column) => onChange({ ...columns, [role]: column })}
    />
  );
  const tasks = Object.keys(head.columns.labels);
  return (
    <fieldset className="fields">
      <legend>{t('models.columnsTitle')}</legend>
      <div className="form-grid">
        {field('text')}
        {tasks.length === 0 && field('label')}
        {tasks.map((task) => (
          <OptionalChoice
            key={task}
            label={t('models.labelOf', { task })}
            none={t('models.noColumn')}
            options={options}
            value={columns.labels[task]}
            onChange={(column) => onChange({ ...columns, labels: { ...columns.labels, [task]: column } })}
          />
        ))}
        {field('pair')}
        {field('group')}
      </div>
      <p className="small muted">
        {t('models.roles.pair')}: {t('models.roleHints.pair')}. {t('models.roles.group')}: {t('models.roleHints.group')}.
      </p>
    </fieldset>
  );
}
