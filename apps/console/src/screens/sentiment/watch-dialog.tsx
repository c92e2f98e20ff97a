import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { dataOf, sentimentMonitor } from '../../api/services';
import { Button } from '../../components/button';
import { Checkbox } from '../../components/checkbox';
import { Choice } from '../../components/choice';
import { DialogWindow } from '../../components/dialog-window';
import { Failure } from '../../components/failure';
import { TextInput } from '../../components/text-input';
import { formValues, RULE_NAMES, watchOf, type WatchFormValues } from './watch-form-values';
import type { Watch } from './types';

interface WatchDialogProps {
  /** What is edited; the dialog is open where there is one. */
  readonly watch: Watch | 'new' | undefined;
  readonly onClose: () => void;
  readonly onSaved?: (watch: Watch) => void;
}

/** Adds a watch, or changes one. */
export function WatchDialog({ watch, onClose, onSaved }: WatchDialogProps): ReactNode {
  const { t } = useTranslation();
  return (
    <DialogWindow
      title={watch === 'new' ? t('sentiment.form.addTitle') : t('sentiment.form.editTitle')}
      isOpen={watch !== undefined}
      onClose={onClose}
    >
      {watch !== undefined && (
        <WatchForm
          watch={watch === 'new' ? undefined : watch}
          onClose={onClose}
          onSaved={(saved) => {
            onSaved?.(saved);
            onClose();
          }}
        />
      )}
    </DialogWindow>
  );
}

interface WatchFormProps {
  readonly watch: Watch | undefined;
  readonly onClose: () => void;
  readonly onSaved: (watch: Watch) => void;
}

function WatchForm({ watch, onClose, onSaved }: WatchFormProps): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState(() => formValues(watch));
  const change = (part: Partial<WatchFormValues>): void => setValues((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const body = watchOf(values, watch);
      return watch === undefined
        ? dataOf(sentimentMonitor.POST('/v1/watches', { body }))
        : dataOf(sentimentMonitor.PUT('/v1/watches/{id}', { params: { path: { id: watch.id } }, body }));
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['watches'] });
      onSaved(saved);
    },
  });
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput label={t('sentiment.form.name')} isRequired autoFocus value={values.name} onChange={(name) => change({ name })} />
      <Choice
        label={t('sentiment.form.kind')}
        value={values.kind}
        onChange={(kind) => change({ kind })}
        options={(['entity', 'topic'] as const).map((value) => ({ value, text: t(`sentiment.watches.${value}`) }))}
      />
      {values.kind === 'entity' ? <EntityFields values={values} onChange={change} /> : <TopicFields values={values} onChange={change} />}
      <fieldset className="slots">
        <legend className="field-label">{t('sentiment.form.rules')}</legend>
        <div className="field-grid">
          {RULE_NAMES.map((name) => (
            <TextInput
              key={name}
              label={t(`sentiment.form.${name}`)}
              inputMode="decimal"
              value={values.rules[name]}
              onChange={(value) => change({ rules: { ...values.rules, [name]: value } })}
            />
          ))}
        </div>
      </fieldset>
      <Checkbox isSelected={values.enabled} onChange={(enabled) => change({ enabled })}>
        {t('sentiment.form.enabled')}
      </Checkbox>
      {save.error !== null && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t('state.save')}
        </Button>
        <Button onPress={onClose}>{t('state.cancel')}</Button>
      </div>
    </Form>
  );
}

interface FieldsProps {
  readonly values: WatchFormValues;
  readonly onChange: (part: Partial<WatchFormValues>) => void;
}

function EntityFields({ values, onChange }: FieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <TextInput label={t('sentiment.form.names')} rows={2} value={values.names} onChange={(names) => onChange({ names })} />
      <TextInput label={t('sentiment.form.aliases')} rows={2} value={values.aliases} onChange={(aliases) => onChange({ aliases })} />
      <TextInput label={t('sentiment.form.tickers')} value={values.tickers} onChange={(tickers) => onChange({ tickers })} />
      <TextInput label={t('sentiment.form.excludes')} rows={2} value={values.excludes} onChange={(excludes) => onChange({ excludes })} />
    </>
  );
}

function TopicFields({ values, onChange }: FieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <TextInput label={t('sentiment.form.topic')} value={values.topic} onChange={(topic) => onChange({ topic })} />
      <TextInput label={t('sentiment.form.keywords')} rows={2} value={values.keywords} onChange={(keywords) => onChange({ keywords })} />
      <TextInput
        label={t('sentiment.form.topicDescription')}
        rows={2}
        value={values.description}
        onChange={(description) => onChange({ description })}
      />
    </>
  );
}
