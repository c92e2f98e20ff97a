import type { Language } from '../language/language';
import type { Decision } from './turn';

/** Choices that are told with the question for one; a longer list helps nobody. */
const MOST_CHOICES = 8;

/**
 * What is said in a turn.
 *
 * @param answers texts of the entries that answer, in the order of the decision, or what is quoted of passages
 */
export function renderDecision(decision: Decision, { phrases }: Language, answers: readonly string[]): string {
  switch (decision.kind) {
    case 'answer':
    case 'quote':
      return (decision.isRepeat ? phrases.again : '') + answers.join('\n\n');
    case 'ask':
      return askFor(decision.slot, phrases.ask[decision.slot.type]);
    case 'clarify':
      return clarify(decision.alternatives, phrases);
    case 'say':
      return phrases[decision.phrase];
    case 'handoff':
      return phrases.handoff[decision.reason];
  }
}

function clarify(alternatives: Extract<Decision, { kind: 'clarify' }>['alternatives'], { isIt, which }: Language['phrases']): string {
  if (alternatives.length === 1) return `${isIt}\n${alternatives[0].question}`;
  return [which, ...alternatives.map(({ question }, index) => `${index + 1}. ${question}`)].join('\n');
}

function askFor({ ask, choices = [] }: Extract<Decision, { kind: 'ask' }>['slot'], question: string): string {
  if (ask !== undefined) return ask;
  return choices.length === 0 || choices.length > MOST_CHOICES
    ? question
    : [question, ...choices.map((choice) => `- ${choice}`)].join('\n');
}
