import type { Entry, ImportProgress, MessageResponse } from '@attune/contracts';
import { describeOnBothDatabases } from './on-both-databases';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

describeOnBothDatabases('files of knowledge', 'knowledge_transfer', ({ ask, send, read }) => {
  const importFile = async (file: string, contentType: string, query = ''): Promise<ImportProgress> => {
    const progress = await send<ImportProgress>(`/v1/knowledge/import${query}`, contentType, file);
    return progress[progress.length - 1];
  };
  const reply = async (text: string): Promise<MessageResponse['reply']> => {
    const { body } = await ask<{ id: string }>('POST', '/v1/conversations', {});
    return (await ask<MessageResponse>('POST', `/v1/conversations/${body.id}/messages`, { text })).body.reply;
  };
  const entries = async (): Promise<Entry[]> => (await ask<{ items: Entry[] }>('GET', '/v1/knowledge?limit=200')).body.items;

  it('takes in the good rows of a CSV file, tells why it refuses the others, and answers at once', async () => {
    const file = [
      'id,question,phrasings,answer,intent,tags',
      'returns,How do I return an item?,i want to send it back | can i give it back,Within 30 days.,return_item,returns | parcels',
      ',,no question here,An answer.,,',
      'bad id!,What does it cost?,,Nothing.,,',
      'slots,Where is my order?,,It is {{status}}.,track_order,',
      '"quoted ""text""",too,many,cells,in,this,row',
      'hours,When do you open?,,"At nine, every day.",,hours',
    ].join('\n');
    const progress = await importFile(file, CSV);
    expect(progress).toMatchObject({ accepted: 2, refusedRows: 4, done: true });
    expect(progress.refused.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    const [question, id, template] = progress.refused.map(({ message }) => message);
    expect(question).toMatch(/^question: /);
    expect(id).toMatch(/an id has/);
    expect(template).toContain('{{status}} is neither a slot nor a value of the action');
    expect(await reply('can i send it back')).toMatchObject({ action: 'answer', text: 'Within 30 days.', citations: [{ id: 'returns' }] });
  });

  it('replaces entries by their ids, and brings back deleted ones', async () => {
    await importFile(JSON.stringify({ id: 'returns', question: 'How do I return an item?', answer: 'Within 14 days.' }), NDJSON);
    expect(await reply('can i return it')).toMatchObject({ text: 'Within 14 days.' });
    expect((await ask('DELETE', '/v1/knowledge/returns')).status).toBe(204);
    const again = { id: 'returns', question: 'How do I return an item?', answer: 'Within 60 days.' };
    expect(await importFile(JSON.stringify(again), NDJSON)).toMatchObject({ accepted: 1, done: true });
    expect(await reply('can i return it')).toMatchObject({ text: 'Within 60 days.' });
  });

  it('tells which lines of JSON it refuses', async () => {
    const lines = ['{"question":', '[]', JSON.stringify({ question: 'Do you take visa?', answer: 'We do.', rating: 5 }), '17'];
    const progress = await importFile(lines.join('\n'), NDJSON);
    expect(progress).toMatchObject({ accepted: 0, refusedRows: 4, done: true });
    expect(progress.refused.map(({ row }) => row)).toEqual([1, 2, 3, 4]);
    expect(progress.refused[2].message).toContain('rating');
  });

  it.each([
    ['a quote that never ends', CSV, 'question,answer\n"How do I pay?,By card.\n'],
    ['another header', CSV, 'frage,antwort\nWie?,So.\n'],
    ['nothing', CSV, ''],
    ['nothing but a header', CSV, 'question,answer\n'],
    ['bytes that are no text', NDJSON, '\u0000\u0001\u0002\n'],
  ])('takes nothing from a file with %s, and says so', async (_, contentType, file) => {
    const before = await entries();
    expect(await importFile(file, contentType)).toMatchObject({ accepted: 0, done: true });
    expect(await entries()).toEqual(before);
  });

  it.each(['csv', 'jsonl'])('gives a file as %s from which the same entries come again', async (format) => {
    await ask('POST', '/v1/knowledge', {
      question: 'Where is my order, "the big one"?',
      phrasings: ['track it', 'has it, by now, shipped'],
      answer: 'Order {{orderNumber}} is on its way.\nBe patient.',
      intent: 'track_order',
      locale: 'en',
      validUntil: '2099-01-01T00:00:00.000Z',
      slots: [{ name: 'orderNumber', type: 'order-number', ask: 'Which one?' }],
    });
    const before = await entries();
    const file = await read(`/v1/knowledge/export?format=${format}`);
    for (const { id } of before) await ask('DELETE', `/v1/knowledge/${id}`);
    expect(await entries()).toEqual([]);
    expect(await importFile(file, format === 'csv' ? CSV : NDJSON)).toMatchObject({
      accepted: before.length,
      refusedRows: 0,
      done: true,
    });
    const timeless = (all: Entry[]) => all.map(({ createdAt: _created, updatedAt: _updated, ...entry }) => entry);
    expect(timeless(await entries())).toEqual(timeless(before));
  });

  it('takes question and best answer of past conversations', async () => {
    const past = [
      {
        id: 'past-1',
        messages: [
          { author: 'customer', text: 'hello, do you ship overseas to japan? mail me at kim@shop.example' },
          { author: 'agent', text: 'Yes, we ship to Japan {{twice}} a week.' },
          { author: 'customer', text: 'thank you' },
        ],
      },
      { messages: [{ author: 'customer', text: 'hi' }] },
      {
        messages: [
          { author: 'customer', text: 'hi' },
          { author: 'agent', text: 'Hello, how can I help you?' },
        ],
      },
    ];
    const file = past.map((each) => JSON.stringify(each)).join('\n');
    const progress = await importFile(file, NDJSON, '?kind=conversations&locale=en');
    expect(progress).toMatchObject({ accepted: 1, refusedRows: 2, done: true });
    const { body } = await ask<Entry>('GET', '/v1/knowledge/past-1');
    expect(body).toMatchObject({ answer: 'Yes, we ship to Japan { {twice}} a week.', tags: ['history'], locale: 'en' });
    expect(JSON.stringify(body)).not.toContain('kim@shop.example');
  });

  it('says how far it is, a hundred entries at a time', async () => {
    const lines = Array.from({ length: 250 }, (_, row) =>
      JSON.stringify({ id: `many-${row}`, question: `Question ${row}?`, answer: 'Yes.' }),
    );
    const progress = await send<ImportProgress>('/v1/knowledge/import', NDJSON, lines.join('\n'));
    expect(progress.map(({ accepted, done }) => [accepted, done])).toEqual([
      [100, false],
      [200, false],
      [250, true],
    ]);
  });
});
