import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { customerService, dataOf } from '../../api/services';
import { Button } from '../../components/button';
import { DialogWindow } from '../../components/dialog-window';
import { Failure } from '../../components/failure';
import { TextInput } from '../../components/text-input';
import { entryOf, formValues, type EntryFormValues } from './entry-form-values';
import { SlotFields } from './slot-fields';
import type { Entry, EntryInput } from './types';

interface EntryDialogProps {
  /** What is edited; without an id a new entry. The dialog is open where there is one. */
  readonly entry: (Partial<EntryInput> & { readonly id?: string }) | undefined;
  readonly onClose: () => void;
  readonly onSaved?: (entry: Entry) => void;
}

/** Writes an entry of knowledge, or changes one. */
export function EntryDialog({ entry, onClose, onSaved }: EntryDialogProps): ReactNode {
  const { t } = useTranslation();
  return (
    <DialogWindow
      title={entry?.id === undefined ? t('conversations.knowledge.add') : t('conversations.knowledge.editTitle')}
      isOpen={entry !== undefined}
      onClose={onClose}
    >
      {entry !== undefined && (
        <EntryForm
          entry={entry}
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

interface EntryFormProps {
  readonly entry: NonNullable<EntryDialogProps['entry']>;
  readonly onClose: () => void;
  readonly onSaved: (entry: Entry) => void;
}

function EntryForm({ entry, onClose, onSaved }: EntryFormProps): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState(() => formValues(entry));
  const save = useMutation({
    mutationFn: (body: EntryInput) =>
      entry.id === undefined
        ? dataOf(customerService.POST('/v1/knowledge', { body }))
        : dataOf(customerService.PUT('/v1/knowledge/{id}', { params: { path: { id: entry.id } }, body })),
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ['knowledge'] });
      onSaved(saved);
    },
  });
  const field = (name: keyof Omit<EntryFormValues, 'slots'>) => ({
    value: values[name],
    onChange: (value: string) => setValues((before) => ({ ...before, [name]: value })),
  });
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(entryOf(values, entry));
      }}
    >
      <TextInput label={t('conversations.knowledge.question')} isRequired autoFocus {...field('question')} />
      <TextInput label={t('conversations.knowledge.phrasings')} rows={3} {...field('phrasings')} />
      <TextInput
        label={t('conversations.knowledge.answer')}
        description={t('conversations.knowledge.answerHint', { example: '{{order}}' })}
        rows={4}
        isRequired
        {...field('answer')}
      />
      <div className="field-grid">
        <TextInput label={t('conversations.knowledge.intent')} {...field('intent')} />
        <TextInput label={t('conversations.knowledge.tags')} {...field('tags')} />
        <TextInput label={t('conversations.knowledge.locale')} {...field('locale')} />
        <TextInput label={t('conversations.knowledge.validFrom')} type="date" {...field('validFrom')} />
        <TextInput label={t('conversations.knowledge.validUntil')} type="date" {...field('validUntil')} />
      </div>
      <SlotFields slots={values.slots} onChange={(slots) => setValues((before) => ({ ...before, slots }))} />
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
