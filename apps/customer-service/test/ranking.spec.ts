import { CONCEPTS } from '@attune/testing';
import type { ImportProgress, RankingStatus } from '@attune/contracts';
import { describeOnBothDatabases } from './on-both-databases';

/** Two words of a concept by which it is told from others, and a third one that stands for it in a question that is held out. */
const WORDS = Object.values(CONCEPTS)
  .map((words) => words.split(' ').filter((word) => /^[a-z]{4,}$/.test(word)))
  .filter((words) => words.length >= 3);

/** An entry for each pair of neighbouring concepts, asked for in three ways that share no words. */
const ENTRIES = WORDS.map((own, place) => {
  const next = WORDS[(place + 1) % WORDS.length];
  return {
    id: `entry-${place}`,
    question: `${own[0]} ${next[0]}`,
    phrasings: [`${own[1]} ${next[1]}`, `${own[2]} ${next[2]}`, `model X-${place}00`],
    answer: `Answer ${place}.`,
  };
});

describeOnBothDatabases('the ranking that is learnt from the knowledge', 'ranking', ({ ask, send }) => {
  it('has defaults before there is anything to learn from', async () => {
    const { status, body } = await ask<RankingStatus>('GET', '/v1/knowledge/ranking');
    expect(status).toBe(200);
    expect(body).toMatchObject({ modelVersion: '1', texts: 0, thresholds: { answer: expect.any(Number) as number } });
    expect(body.report).toBeUndefined();
  });

  it('is never worse than the better of dense and lexical search on what it was not learnt from, and serves', async () => {
    const file = ENTRIES.map((entry) => JSON.stringify(entry)).join('\n');
    const progress = await send<ImportProgress>('/v1/knowledge/import', 'application/x-ndjson', file);
    expect(progress.at(-1)).toMatchObject({ accepted: ENTRIES.length, refusedRows: 0, done: true });
    const { status, body } = await ask<RankingStatus>('POST', '/v1/knowledge/ranking');
    expect(status).toBe(200);
    const { report, thresholds, texts } = body;
    if (report === undefined) throw new Error('nothing was learnt');
    expect(texts).toBe(ENTRIES.length * 5);
    expect(report.learnt.questions).toBeGreaterThan(60);
    expect(report[report.ranking].precisionAt1).toBeGreaterThanOrEqual(Math.max(report.dense.precisionAt1, report.lexical.precisionAt1));
    expect(report.dense.precisionAt1).toBeGreaterThan(report.lexical.precisionAt1);
    expect(thresholds.answer).toBeGreaterThan(0);
    expect((await ask<RankingStatus>('GET', '/v1/knowledge/ranking')).body).toEqual(body);
    const { id } = (await ask<{ id: string }>('POST', '/v1/conversations', {})).body;
    const said = await ask('POST', `/v1/conversations/${id}/messages`, { text: `${WORDS[4][2]} ${WORDS[5][2]}` });
    expect(said.body).toMatchObject({ reply: { text: expect.any(String) as string } });
  });

  it('finds exact identifiers, which the encoder does not know', async () => {
    const { body } = await ask<{ results: { entryId: string }[] }>('GET', '/v1/knowledge/search?text=what%20about%20X-700');
    expect(body.results[0].entryId).toBe('entry-7');
  });
});
