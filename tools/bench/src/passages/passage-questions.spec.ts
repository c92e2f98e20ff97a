import { readHandbooks } from './handbooks';
import { searchedDocument } from './passage-questions';

describe('the handbooks', () => {
  it('have a passage for each question that names one, and questions that nothing answers', async () => {
    const handbooks = await readHandbooks();
    expect(handbooks).toHaveLength(6);
    for (const handbook of handbooks) {
      const { passages, questions } = searchedDocument(handbook);
      const answered = questions.filter(({ passage }) => passage !== undefined);
      expect(answered.length).toBeGreaterThanOrEqual(15);
      expect(questions.length - answered.length).toBe(6);
      for (const { sentences } of passages) expect(sentences.join(' ').length).toBeGreaterThan(20);
    }
  });
});
