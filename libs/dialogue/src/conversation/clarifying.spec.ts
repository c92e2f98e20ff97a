import {
  decide,
  freshState,
  readMessage,
  renderDecision,
  type ConversationState,
  type DialogueSettings,
  type Found,
  type Outcome,
} from '..';

const SETTINGS: DialogueSettings = {
  thresholds: { answer: 0.9, clarify: 0.5 },
  quoteThreshold: 0.9,
  unsureTurns: 3,
  alternatives: 3,
  personIntents: [],
  strongAnger: 0.8,
  angryMessages: 2,
};
const RETURN = { entryId: 'return', question: 'How do I return an item?' };
const REFUND = { entryId: 'refund', question: 'When is my refund paid?' };
const found = (...candidates: Found['candidates']): Found => ({
  candidates,
  none: 1 - candidates.reduce((sum, { probability }) => sum + probability, 0),
});

function turn(state: ConversationState, message: string, what: Found): Outcome {
  const reading = readMessage(message, 'en');
  const understanding = { intent: 'other', probability: 0.5, probabilities: {}, outOfScope: 0, anger: 0 };
  const context = { language: reading.language, locale: 'en', at: Date.UTC(2026, 2, 1) };
  return decide(
    state,
    { message, reading, understanding, found: what, inContext: undefined, recognised: {}, context, slotsOf: () => [] },
    SETTINGS,
  );
}

const said = ({ decision }: Outcome): string => renderDecision(decision, readMessage('hello', 'en').language, ['(answer)']);

describe('a question for which one entry is likely, and not likely enough', () => {
  const asked = turn(freshState(), 'sending it back', found({ ...RETURN, probability: 0.85 }, { ...REFUND, probability: 0.05 }));

  it('is answered by asking whether that is meant', () => {
    expect(asked.decision).toMatchObject({ kind: 'clarify', alternatives: [RETURN], confidence: 0.85 });
    expect(said(asked)).toBe('Do you mean this?\nHow do I return an item?');
  });

  it('is answered when the customer says yes', () => {
    expect(turn(asked.state, 'yes', found()).decision).toMatchObject({ kind: 'answer', entryIds: ['return'] });
  });

  it('is asked for in other words when the customer says no', () => {
    expect(turn(asked.state, 'no', found()).decision).toMatchObject({ kind: 'say', phrase: 'neither' });
  });

  it('is not asked about below the threshold of clarifying', () => {
    expect(turn(freshState(), 'hmm', found({ ...RETURN, probability: 0.4 })).decision).toMatchObject({ kind: 'say', phrase: 'rephrase' });
  });
});

describe('a question for which several entries are close', () => {
  it('is answered with a numbered choice', () => {
    const asked = turn(freshState(), 'refund return', found({ ...RETURN, probability: 0.45 }, { ...REFUND, probability: 0.4 }));
    expect(said(asked)).toBe('Which of these do you mean?\n1. How do I return an item?\n2. When is my refund paid?');
  });
});
