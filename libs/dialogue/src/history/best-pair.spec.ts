import { bestPair } from './best-pair';

const customer = (text: string) => ({ author: 'customer' as const, text });
const agent = (text: string) => ({ author: 'agent' as const, text });

describe('bestPair', () => {
  it('takes the answer that the customer gave thanks for', () => {
    const messages = [
      customer('Hello! How long does a refund take?'),
      agent('Please wait a moment while I look at our rules about refunds and everything else.'),
      agent('A refund takes five days.'),
      customer('thank you'),
    ];
    expect(bestPair({ messages, locale: 'en' })).toEqual({ question: 'How long does a refund take?', answer: 'A refund takes five days.' });
  });

  it('takes the longest answer where there were no thanks, and none that says next to nothing', () => {
    const messages = [
      customer('Do you ship to Germany?'),
      agent('Let me see.'),
      agent('Yes, we ship there.'),
      agent('It takes four days to Germany.'),
    ];
    expect(bestPair({ messages })?.answer).toBe('It takes four days to Germany.');
    expect(bestPair({ messages: messages.slice(0, 2) })).toBeUndefined();
  });

  it('keeps personal data out of both', () => {
    const messages = [customer('Where is the invoice for kim@shop.example?'), agent('I have sent it to kim@shop.example a minute ago.')];
    expect(JSON.stringify(bestPair({ messages }))).not.toContain('kim@shop.example');
  });

  it('finds nothing where nobody asked, or only for a person', () => {
    expect(bestPair({ messages: [customer('hello'), agent('Hello, how can I help you today?')] })).toBeUndefined();
    expect(bestPair({ messages: [customer('a human, please'), agent('You are talking to one of them now.')] })).toBeUndefined();
    expect(bestPair({ messages: [agent('We will be closed all day tomorrow.'), agent('And on Sunday as well.')] })).toBeUndefined();
  });
});
