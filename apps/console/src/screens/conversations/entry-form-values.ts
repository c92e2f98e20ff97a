import { splitList } from '../../components/split-list';
import type { EntryInput } from './types';

export type SlotInput = NonNullable<EntryInput['slots']>[number];

/** An entry as its form holds it: all text. */
export interface EntryFormValues {
  readonly question: string;
  readonly phrasings: string;
  readonly answer: string;
  readonly intent: string;
  readonly tags: string;
  readonly locale: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly slots: readonly (Omit<SlotInput, 'choices'> & { readonly choices: string })[];
}

/** What the form of an entry begins with. */
export function formValues(entry: Partial<EntryInput>): EntryFormValues {
  return {
    question: entry.question ?? '',
    phrasings: (entry.phrasings ?? []).join('\n'),
    answer: entry.answer ?? '',
    intent: entry.intent ?? '',
    tags: (entry.tags ?? []).join(', '),
    locale: entry.locale ?? '',
    validFrom: entry.validFrom?.slice(0, 10) ?? '',
    validUntil: entry.validUntil?.slice(0, 10) ?? '',
    slots: (entry.slots ?? []).map(({ choices, ...slot }) => ({ ...slot, choices: (choices ?? []).join(', ') })),
  };
}

/** The entry that a form holds. Days begin at midnight UTC; what the form does not show stays as it was in `entry`. */
export function entryOf(values: EntryFormValues, entry: Partial<EntryInput>): EntryInput {
  const optional = {
    intent: values.intent.trim(),
    locale: values.locale.trim(),
    validFrom: instantOf(values.validFrom, entry.validFrom),
    validUntil: instantOf(values.validUntil, entry.validUntil),
    action: entry.action ?? '',
  };
  return {
    question: values.question.trim(),
    answer: values.answer.trim(),
    phrasings: splitList(values.phrasings, /\n/),
    tags: splitList(values.tags, /[,，]/),
    slots: values.slots.map(({ choices, ask, ...slot }) => ({
      ...slot,
      ...(ask === undefined || ask.trim() === '' ? {} : { ask: ask.trim() }),
      ...(slot.type === 'choice' ? { choices: splitList(choices, /[,，]/) } : {}),
    })),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
  };
}

/** The form shows days alone: an instant whose day was not changed keeps its time of day. */
function instantOf(day: string, before: string | undefined): string {
  if (day === '') return '';
  return before?.startsWith(day) === true ? before : `${day}T00:00:00Z`;
}
