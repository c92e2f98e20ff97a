import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { useLocation } from 'wouter';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { ColumnFields } from './column-fields';
import { missingRoles, requestColumns, suggestColumns } from './columns';
import { FurtherDataFields, type FurtherData } from './further-data';
import { useStartTraining } from './queries';
import { SettingFields, type Settings } from './setting-fields';
import { isSound, NOTHING_TYPED, NUMBER_SETTINGS, settingsOf } from './training-settings';
import { addressOf, useNamed } from './use-address';
import type { Dataset, Head } from './types';

interface TrainingFormProps {
  readonly dataset: Dataset;
  readonly heads: readonly Head[];
}

/** Starts a training on a data set: of which head, which column is what, and how. */
export function TrainingForm({ dataset, heads }: TrainingFormProps): ReactNode {
  const { t } = useTranslation();
  const [named] = useNamed();
  const [wanted, setWanted] = useState(named.head);
  if (heads.length === 0) return <Empty>{t('models.noHeads')}</Empty>;
  const head = heads.find(({ name }) => name === wanted) ?? heads[0];
  return (
    <div className="stack">
      <div className="form-grid">
        <Choice
          label={t('models.head')}
          value={head.name}
          onChange={setWanted}
          options={heads.map(({ name }) => ({ value: name, text: name }))}
        />
      </div>
      <FormOfHead key={head.name} dataset={dataset} head={head} />
    </div>
  );
}

function FormOfHead({ dataset, head }: { readonly dataset: Dataset; readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const start = useStartTraining();
  const [columns, setColumns] = useState(() => suggestColumns(head, dataset));
  const [further, setFurther] = useState<FurtherData>({});
  const [settings, setSettings] = useState<Settings>({ tuner: undefined, version: '', numbers: NOTHING_TYPED });
  const isRanking = head.task === 'ranking';
  const missing = isRanking ? [] : missingRoles(head, columns);
  const isComplete = missing.length === 0 && NUMBER_SETTINGS.every((setting) => isSound(setting, settings.numbers[setting]));
  const begin = (): void => {
    const version = settings.version.trim();
    start.mutate(
      {
        head: head.name,
        dataset: dataset.id,
        columns: isRanking ? {} : requestColumns(columns),
        ...further,
        ...(settings.tuner === undefined ? {} : { tuner: settings.tuner }),
        ...(version === '' ? {} : { version }),
        ...settingsOf(settings.numbers),
      },
      { onSuccess: ({ id }) => navigate(addressOf('trainings', { job: id })) },
    );
  };
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) begin();
      }}
    >
      {isRanking ? (
        <p className="small muted">{t('models.rankingNeeds')}</p>
      ) : (
        <ColumnFields head={head} dataset={dataset} columns={columns} onChange={setColumns} />
      )}
      {missing.map((role) => (
        <p key={role} className="field-error small" role="status">
          {t(role === 'text' ? 'models.needsText' : 'models.needsLabel')}
        </p>
      ))}
      <FurtherDataFields isRanking={isRanking} dataset={dataset} further={further} onChange={setFurther} />
      <SettingFields isRanking={isRanking} settings={settings} onChange={setSettings} />
      {start.error !== null && <Failure error={start.error} />}
      <div className="row">
        <Button type="submit" look="primary" isDisabled={!isComplete} isPending={start.isPending}>
          {t('models.start')}
        </Button>
      </div>
    </Form>
  );
}
