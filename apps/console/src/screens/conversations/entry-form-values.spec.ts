import { entryOf, formValues } from './entry-form-values';
import type { EntryInput } from './types';

const ENTRY: EntryInput = {
  question: 'Where is my order?',
  phrasings: ['Has it left?', 'Track my parcel, please'],
  answer: 'Order {{order}} is on its way.',
  intent: 'track_order',
  tags: ['orders', 'delivery'],
  locale: 'en',
  validFrom: '2026-01-01T08:30:00Z',
  slots: [
    { name: 'order', type: 'order-number', ask: 'Which order?', required: true },
    { name: 'carrier', type: 'choice', required: false, choices: ['van', 'bicycle'] },
  ],
  action: 'orders.track',
};

describe('the form of an entry', () => {
  it('gives back the entry that it was opened with', () => {
    expect(entryOf(formValues(ENTRY), ENTRY)).toEqual(ENTRY);
  });

  it('leaves out what is empty', () => {
    expect(entryOf({ ...formValues({}), question: ' Why? ', answer: 'Because.' }, {})).toEqual({
      question: 'Why?',
      answer: 'Because.',
      phrasings: [],
      tags: [],
      slots: [],
    });
  });

  it('parts lines and lists, also by the Chinese comma', () => {
    const values = { ...formValues(ENTRY), phrasings: 'One\n\n Two ', tags: '订单，配送, returns', validFrom: '2026-02-01' };
    expect(entryOf(values, ENTRY)).toMatchObject({
      phrasings: ['One', 'Two'],
      tags: ['订单', '配送', 'returns'],
      validFrom: '2026-02-01T00:00:00Z',
    });
  });
});
