import type { HandoffReason } from '@attune/contracts';

/** What the service says in a language beside the answers of the knowledge. `{{…}}` are values. */
export interface Phrases {
  readonly greeting: string;
  readonly thanks: string;
  readonly goodbye: string;
  /** To a message without a question, such as emoji alone. */
  readonly empty: string;
  /** Where nothing fits: the customer is asked to say it in other words. */
  readonly rephrase: string;
  /** Before the choices of a clarifying question, and after them. */
  readonly which: string;
  /** Before the choice of a clarifying question that has one alone. */
  readonly isIt: string;
  /** Where the choices were offered and none was taken. */
  readonly neither: string;
  /** Before an answer that was given already. */
  readonly again: string;
  /** Asks for a value of a slot that has no question of its own. */
  readonly ask: Readonly<Record<'order-number' | 'email' | 'phone' | 'date' | 'amount' | 'number' | 'choice' | 'text', string>>;
  readonly handoff: Readonly<Record<HandoffReason, string>>;
}

/** How people write in a language: what is no question of the knowledge, but about the conversation itself. */
export interface Language {
  readonly code: string;
  /** Whether a text is written in it. */
  readonly writes: (text: string) => boolean;
  /** At the beginning of a message, with what follows it (comma, name of nobody in particular). */
  readonly greeting: RegExp;
  readonly thanks: RegExp;
  readonly goodbye: RegExp;
  /** Asks for a person. */
  readonly person: RegExp;
  /** What goes on with what was said before, such as "and for …". */
  readonly continues: RegExp;
  /** Words that point to something said before, such as "it". */
  readonly refers: RegExp;
  /** Choices by their place among those offered, from 0; -1 is the last. */
  readonly ordinals: readonly { readonly pattern: RegExp; readonly place: number }[];
  readonly both: RegExp;
  readonly neither: RegExp;
  readonly yes: RegExp;
  readonly phrases: Phrases;
}
