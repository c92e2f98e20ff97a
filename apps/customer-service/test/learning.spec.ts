import type { Entry, Feedback, Gap, MessageResponse } from '@attune/contracts';
import { describeOnBothDatabases } from './on-both-databases';

type Reply = NonNullable<MessageResponse['reply']>;

describeOnBothDatabases('what people think of replies', 'learning', ({ ask, read }) => {
  const converse = async (text: string): Promise<{ conversationId: string; reply: Reply }> => {
    const { body } = await ask<{ id: string }>('POST', '/v1/conversations', { locale: 'en' });
    const said = await ask<MessageResponse>('POST', `/v1/conversations/${body.id}/messages`, { text });
    return { conversationId: body.id, reply: said.body.reply as Reply };
  };
  const rate = async (messageId: string, correction?: object): Promise<Feedback> => {
    const { body } = await ask<Feedback>('POST', '/v1/feedback', { messageId, rating: 'unhelpful', correction });
    return body;
  };
  const gaps = async (): Promise<Gap[]> => (await ask<{ items: Gap[] }>('GET', '/v1/gaps')).body.items;
  const phrasingsOf = async (id: string): Promise<string[]> => (await ask<Entry>('GET', `/v1/knowledge/${id}`)).body.phrasings;
  let warranty: string;

  beforeAll(async () => {
    const entries = [
      { question: 'How do I return an item?', answer: 'Within 30 days.', intent: 'return_item', locale: 'en' },
      { question: 'Is it under warranty?', answer: 'For two years.', intent: 'warranty_repair', locale: 'en' },
    ];
    const ids = [];
    for (const entry of entries) ids.push((await ask<Entry>('POST', '/v1/knowledge', entry)).body.id);
    warranty = ids[1];
  });

  it('lets a correction become a phrasing once it is approved, and not before', async () => {
    const { reply } = await converse('my charger is blinking');
    expect(reply.action).not.toBe('answer');
    const { id, state } = await rate(reply.id, { entryId: warranty });
    expect(state).toBe('proposed');
    expect((await converse('my charger is blinking')).reply.action).not.toBe('answer');
    const approved = await ask<Feedback>('POST', `/v1/feedback/${id}/approve`, { use: 'phrasing' });
    expect(approved).toMatchObject({ status: 200, body: { state: 'approved', use: 'phrasing', entryId: warranty } });
    expect((await converse('my charger is blinking')).reply).toMatchObject({ action: 'answer', text: 'For two years.' });
  });

  it('lets a correction become an entry, whatever its answer looks like', async () => {
    const { reply } = await converse('may i get a gift voucher');
    const { id } = await rate(reply.id, { answer: 'Yes, {{7*7}} of them.', intent: 'discount_code' });
    const { body } = await ask<Feedback>('POST', `/v1/feedback/${id}/approve`, { use: 'entry' });
    expect((await converse('may i get a gift voucher')).reply).toMatchObject({
      action: 'answer',
      text: 'Yes, { {7*7}} of them.',
      citations: [{ id: body.entryId }],
    });
  });

  it('keeps approved training rows without personal data', async () => {
    const { conversationId, reply } = await converse('send the newsletter to kim@shop.example no more');
    const { id, question } = await rate(reply.id, { intent: 'newsletter_unsubscribe' });
    expect(question).not.toContain('kim@shop.example');
    expect(await read('/v1/feedback/training-rows')).toBe('');
    await ask('POST', `/v1/feedback/${id}/approve`, { use: 'training-row' });
    const rows = (await read('/v1/feedback/training-rows')).trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual([
      { text: question, label: 'newsletter_unsubscribe', subject: conversationId, at: expect.any(String) as string },
    ]);
  });

  it('decides once, and leaves what was rejected without effect', async () => {
    const { reply } = await converse('which stores are open');
    const { id } = await rate(reply.id, { entryId: warranty });
    const before = await phrasingsOf(warranty);
    expect(await ask('POST', `/v1/feedback/${id}/reject`)).toMatchObject({ status: 200, body: { state: 'rejected' } });
    expect(await ask('POST', `/v1/feedback/${id}/approve`, { use: 'phrasing' })).toMatchObject({ status: 409 });
    expect(await ask('POST', '/v1/feedback', { messageId: reply.id, rating: 'helpful' })).toMatchObject({ status: 409 });
    expect(await phrasingsOf(warranty)).toEqual(before);
  });

  it('says what is missing, and what is not there', async () => {
    const { reply } = await converse('how do i return it');
    const { id } = await rate(reply.id);
    for (const use of ['phrasing', 'entry', 'training-row'])
      expect(await ask('POST', `/v1/feedback/${id}/approve`, { use })).toMatchObject({ status: 422 });
    const nowhere = { use: 'phrasing', entryId: 'nowhere' };
    expect(await ask('POST', `/v1/feedback/${id}/approve`, nowhere)).toMatchObject({ status: 404 });
    expect(await ask('POST', '/v1/feedback', { messageId: 'nothing', rating: 'helpful' })).toMatchObject({ status: 404 });
    expect(await ask('POST', '/v1/feedback/nothing/reject')).toMatchObject({ status: 404 });
    expect(await ask<{ items: Feedback[] }>('GET', '/v1/feedback?state=recorded')).toMatchObject({ body: { items: [{ id }] } });
  });

  it('groups what is asked in vain by its meaning, most asked first, and closes it with an entry', async () => {
    for (const text of ['is the size small', 'do you have a large size', 'which sizes fit']) await converse(text);
    await converse('are you hiring in france');
    const [first] = await gaps();
    expect(first).toMatchObject({ asked: 3 });
    expect([...first.examples].sort()).toEqual(['do you have a large size', 'is the size small', 'which sizes fit']);
    const { body } = await ask<Entry>('POST', '/v1/knowledge', {
      question: 'Where is the fitting guide?',
      answer: 'On its page.',
      locale: 'en',
    });
    expect((await ask('POST', `/v1/gaps/${first.id}/close`, { entryId: body.id })).status).toBe(204);
    expect((await gaps()).map(({ id }) => id)).not.toContain(first.id);
    expect((await converse('which sizes fit')).reply).toMatchObject({ action: 'answer', text: 'On its page.' });
    expect(await ask('POST', `/v1/gaps/${first.id}/close`, {})).toMatchObject({ status: 404 });
  });

  it('erases a conversation with all that came from it', async () => {
    const asked = { phrasing: 'my cable display shows an error', entry: 'do you sell a battery adapter', row: 'erase my bonus points' };
    const corrections = { phrasing: { entryId: warranty }, entry: { answer: 'Soon.' }, row: { intent: 'discount_code' } };
    const uses = { phrasing: 'phrasing', entry: 'entry', row: 'training-row' };
    const conversations: string[] = [];
    let entryId = '';
    for (const kind of ['phrasing', 'entry', 'row'] as const) {
      const { conversationId, reply } = await converse(asked[kind]);
      const { id } = await rate(reply.id, corrections[kind]);
      const { body } = await ask<Feedback>('POST', `/v1/feedback/${id}/approve`, { use: uses[kind] });
      if (kind === 'entry') entryId = body.entryId ?? '';
      conversations.push(conversationId);
    }
    expect(await phrasingsOf(warranty)).toContain(asked.phrasing);
    expect((await ask('GET', `/v1/knowledge/${entryId}`)).status).toBe(200);
    expect(await read('/v1/feedback/training-rows')).toContain(asked.row);

    for (const id of conversations) expect((await ask('DELETE', `/v1/conversations/${id}`)).status).toBe(204);

    for (const id of conversations) {
      expect((await ask('GET', `/v1/conversations/${id}`)).status).toBe(404);
      expect((await ask('DELETE', `/v1/conversations/${id}`)).status).toBe(404);
    }
    expect(await phrasingsOf(warranty)).not.toContain(asked.phrasing);
    expect((await ask('GET', `/v1/knowledge/${entryId}`)).status).toBe(404);
    const left = [
      await read('/v1/feedback/training-rows'),
      JSON.stringify((await ask('GET', '/v1/feedback?limit=200')).body),
      JSON.stringify(await gaps()),
      JSON.stringify((await ask('GET', '/v1/handoffs?limit=200')).body),
      await read('/v1/knowledge/export'),
    ].join('\n');
    for (const text of Object.values(asked)) expect(left).not.toContain(text);
  });
});
