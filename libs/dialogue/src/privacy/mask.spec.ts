import { maskPersonalData } from './mask';

describe('maskPersonalData', () => {
  it.each([
    ['write to jo@example.com or Jo.Doe@mail.example.co.uk', 'write to [email] or [email]'],
    ['my card 4111 1111 1111 1111 was charged', 'my card [card] was charged'],
    ['card 5500-0000-0000-0004', 'card [card]'],
    ['call +49 170 1234567 now', 'call [phone] now'],
    ['卡号4111111111111111，邮箱a@b.cn', '卡号[card]，邮箱[email]'],
    ['account DE89 3704 0044 0532 0130 00', 'account [iban]'],
    ['order 1234567890123 is late', 'order 1234567890123 is late'],
    ['0000000000000000', '0000000000000000'],
  ])('masks "%s"', (text, expected) => {
    expect(maskPersonalData(text)).toBe(expected);
  });

  it('knows phone numbers of the region', () => {
    expect(maskPersonalData('ring 0170 1234567 today', 'de-DE')).toBe('ring [phone] today');
  });
});
