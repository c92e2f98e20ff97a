import type { Decision } from './decide';
import type { Language } from '../language/language';

/**
 * What is said in a turn.
 *
 * @param answers texts of the entries that answer, in the order of the decision
 */
export function renderDecision(decision: Decision, { phrases }: Language, answers: readonly string[]): string {
  switch (decision.kind) {
    case 'answer':
      return (decision.isRepeat ? phrases.again : '') + answers.join('\n\n');
    case 'clarify':
      return [phrases.which, ...decision.alternatives.map(({ question }, index) => `${index + 1}. ${question}`)].join('\n');
    case 'say':
      return phrases[decision.phrase];
    case 'handoff':
      return phrases.handoff[decision.reason];
  }
}
