import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Checkbox } from '../../components/checkbox';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { TextInput } from '../../components/text-input';
import type { EntryFormValues, SlotInput } from './entry-form-values';

type Slots = EntryFormValues['slots'];

const TYPES = [
  'order-number',
  'email',
  'phone',
  'date',
  'amount',
  'number',
  'choice',
  'text',
] as const satisfies readonly SlotInput['type'][];

/** The slots of an entry: values that an answer needs of the customer. */
export function SlotFields({ slots, onChange }: { readonly slots: Slots; readonly onChange: (slots: Slots) => void }): ReactNode {
  const { t } = useTranslation();
  const change = (place: number, part: Partial<Slots[number]>): void =>
    onChange(slots.map((slot, index) => (index === place ? { ...slot, ...part } : slot)));
  return (
    <fieldset className="slots">
      <legend className="field-label">{t('conversations.knowledge.slots')}</legend>
      {slots.map((slot, place) => (
        <div key={place} className="list-item row row-end">
          <TextInput label={t('conversations.knowledge.slot')} isRequired value={slot.name} onChange={(name) => change(place, { name })} />
          <Choice
            label={t('conversations.knowledge.slotType')}
            value={slot.type}
            onChange={(type) => change(place, { type })}
            options={TYPES.map((value) => ({ value, text: t(`conversations.knowledge.slotTypes.${value}`) }))}
          />
          <TextInput label={t('conversations.knowledge.slotAsk')} value={slot.ask ?? ''} onChange={(ask) => change(place, { ask })} />
          {slot.type === 'choice' && (
            <TextInput
              label={t('conversations.knowledge.slotChoices')}
              isRequired
              value={slot.choices}
              onChange={(choices) => change(place, { choices })}
            />
          )}
          <Checkbox isSelected={slot.required ?? true} onChange={(required) => change(place, { required })}>
            {t('conversations.knowledge.slotRequired')}
          </Checkbox>
          <Button
            small
            look="danger"
            aria-label={t('conversations.knowledge.removeSlot', { name: slot.name })}
            onPress={() => onChange(slots.filter((_, index) => index !== place))}
          >
            <Trash2 size={15} aria-hidden />
          </Button>
        </div>
      ))}
      <div className="row">
        <Button small onPress={() => onChange([...slots, { name: '', type: 'text', required: true, choices: '' }])}>
          <Plus size={15} aria-hidden /> {t('conversations.knowledge.addSlot')}
        </Button>
      </div>
    </fieldset>
  );
}
