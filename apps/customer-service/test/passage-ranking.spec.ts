import type { KnowledgeDocument, PassageSearchResponse } from '@attune/contracts';
import { CONCEPTS, until } from '@attune/testing';
import { describeOnBothDatabases } from './on-both-databases';

/** Words of a concept that no other concept has, as its passages and questions say it. */
const WORDS = Object.values(CONCEPTS)
  .map((words) => words.split(' ').filter((word) => /^[a-z]{4,}$/.test(word)))
  .filter((words) => words.length >= 4);
const MODELS = ['Aurel', 'Birke', 'Corvo', 'Delta', 'Esker', 'Fjord', 'Garnet', 'Heron'];

/** A section for each pair of concepts: two sentences that say the same in other words, and one of neither. */
const HANDBOOK = MODELS.map((model, shift) => {
  const sections = WORDS.map((own, place) => {
    const next = WORDS[(place + shift + 1) % WORDS.length];
    return [
      `## ${model} part ${place + 1}`,
      `Mind the ${own[0]} and the ${next[0]} of the ${model} always.`,
      `Every ${own[1]} goes with its ${next[1]} in this ${model}.`,
    ].join('\n\n');
  });
  return `# ${model} handbook\n\n${sections.join('\n\n')}\n`;
});

describeOnBothDatabases('the ranking that is learnt from documents', 'passage_ranking', ({ ask, upload }) => {
  const search = async (text: string): Promise<PassageSearchResponse> =>
    (await ask<PassageSearchResponse>('GET', `/v1/documents/search?text=${encodeURIComponent(text)}`)).body;

  it('has a default threshold before there is anything to learn from', async () => {
    expect(await search('anything at all')).toMatchObject({ threshold: 0.6, results: [] });
  });

  it('learns from the passages as they are, and then knows what they do not say', async () => {
    for (const file of HANDBOOK) {
      const { status, body } = await upload<KnowledgeDocument>('POST', '/v1/documents', 'text/markdown', file);
      expect({ status, passages: body.passages }).toEqual({ status: 201, passages: WORDS.length });
    }
    const { threshold } = await search('anything at all');
    await until(async () => (await search('anything at all')).threshold !== threshold);
    const learnt = await search(`tell me about ${WORDS[3][2]} and ${WORDS[4][2]} of the ${MODELS[0]}`);
    expect(learnt.threshold).toBeGreaterThanOrEqual(0.4);
    expect(learnt.threshold).toBeLessThanOrEqual(0.95);
    expect(learnt.results[0]).toMatchObject({ title: `${MODELS[0]} handbook`, position: 4 });
    const unsaid = (await search('the moon is made of blue cheese')).results;
    for (const { probability } of unsaid) expect(probability).toBeLessThan(learnt.threshold);
  }, 120_000);
});
