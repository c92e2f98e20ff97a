import { z } from 'zod';
import { argmax, softmax } from './softmax';

/**
 * How much a head's outputs speak for one of the labels that are in scope:
 * - `probability`: the calibrated probability of the likeliest of them (Hendrycks and Gimpel 2017);
 * - `energy`: the log of the sum of the exponentials of their logits (Liu et al. 2020);
 * - `logit`: the largest of their logits (Hendrycks et al. 2022).
 */
export const scopeScoreSchema = z.enum(['probability', 'energy', 'logit']);

export type ScopeScore = z.infer<typeof scopeScoreSchema>;

/** When a text is taken for none of the labels in scope: where its score is under the threshold, whatever its likeliest label. */
export const outOfScopeRuleSchema = z.strictObject({
  label: z.string().min(1).describe('The label that such a text is given'),
  score: scopeScoreSchema,
  threshold: z.number(),
});

export type OutOfScopeRule = z.infer<typeof outOfScopeRuleSchema>;

/** What is needed to score a row. */
export interface ScopeOptions {
  /** Place of the label for texts out of scope. */
  outside: number;
  score: ScopeScore;
  temperature: number;
}

/**
 * How much a row speaks for a label in scope.
 *
 * @param logits `[labels]`, that of the label for texts out of scope among them
 */
export function scopeScore(logits: ArrayLike<number>, { outside, score, temperature }: ScopeOptions): number {
  const inside = Array.from(score === 'probability' ? softmax(logits, temperature) : logits).filter((_, label) => label !== outside);
  const best = inside[argmax(inside)];
  if (score !== 'energy') return best;
  return best + Math.log(inside.reduce((sum, logit) => sum + Math.exp(logit - best), 0));
}

/**
 * Place of the label that a row is given by a rule.
 *
 * @param logits `[labels]`
 */
export function labelByRule(logits: ArrayLike<number>, labels: readonly string[], rule: OutOfScopeRule, temperature: number): number {
  const outside = labels.indexOf(rule.label);
  const best = argmax(logits);
  if (best === outside) return best;
  return scopeScore(logits, { outside, score: rule.score, temperature }) < rule.threshold ? outside : best;
}
