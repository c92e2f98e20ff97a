import { languageOf } from '../language/languages';
import { recogniseValues, slotValue } from './recognise';

describe('recogniseValues', () => {
  const at = Date.parse('2026-03-01T10:00:00Z');
  const read = (text: string, locale?: string) => recogniseValues(text, { language: languageOf(text, locale), locale, at });

  it.each([
    ['my order 48-2210 is late', { 'order-number': '48-2210' }],
    ['where is #AB-10345?', { 'order-number': 'AB-10345' }],
    ['order number is 4711', { 'order-number': '4711' }],
    ['it was 1234567 I think', { 'order-number': '1234567' }],
    ['订单号是 20260301888，什么时候到', { 'order-number': '20260301888' }],
    ['我的订单AB12345在哪', { 'order-number': 'AB12345' }],
    ['write to Jo.Doe+x@Example.co.uk please', { email: 'jo.doe+x@example.co.uk' }],
    ['call me at +49 170 1234567', { phone: '+491701234567' }],
    ['it should come tomorrow', { date: '2026-03-02' }],
    ['明天能到吗', { date: '2026-03-02' }],
    ['you charged me 1,234.50 €', { amount: '1234.50 EUR' }],
    ['it cost $30', { amount: '30 USD' }],
    ['扣了我 99.9元', { amount: '99.90 CNY' }],
    ['i need 3 of them', { number: '3' }],
  ])('reads "%s"', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each(['where is my order', 'hello', '🙂', '', 'the 2nd one', 'E-4012 blinks'])('finds no order, address or amount in "%s"', (text) => {
    const { 'order-number': order, email, phone, amount } = read(text);
    expect([order, email, phone, amount]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('reads dates and phone numbers as the region writes them', () => {
    expect(read('on 3/4', 'en-US').date).toBe('2026-03-04');
    expect(read('on 3/4', 'en-GB').date).toBe('2026-04-03');
    expect(read('ring 0170 1234567', 'de-DE').phone).toBe('+491701234567');
  });

  it('takes a bare number for the order where it was asked for', () => {
    const slot = { name: 'orderNumber', type: 'order-number', required: true } as const;
    const context = { language: languageOf('4711', undefined), locale: undefined, at };
    expect(slotValue(slot, '4711', context, false)).toBeUndefined();
    expect(slotValue(slot, "it's 4711", context, true)).toBe('4711');
    expect(slotValue(slot, 'no idea', context, true)).toBeUndefined();
  });

  it('knows the choices of a slot by their words', () => {
    const slot = { name: 'model', type: 'choice', required: true, choices: ['Aero', 'Aero Max', '静音版'] } as const;
    const context = { language: languageOf('x', undefined), locale: undefined, at };
    expect(slotValue({ ...slot, choices: [...slot.choices] }, 'the aero max one', context, false)).toBe('Aero Max');
    expect(slotValue({ ...slot, choices: [...slot.choices] }, '我的是静音版', context, false)).toBe('静音版');
    expect(slotValue({ ...slot, choices: [...slot.choices] }, 'aerodynamic', context, false)).toBeUndefined();
  });

  it.each(['1', 'a@', '#-', '1,', 'order ', 'a.', '+4', '$1 '])('reads 100,000 characters of "%s" to an end', (part) => {
    expect(() => read(part.repeat(100_000 / part.length))).not.toThrow();
  });
});
