import type { english } from './english';

/** What a language must have where English has these texts. */
export type Translated<Text> = Text extends string ? string : { readonly [Key in keyof Text]: Translated<Text[Key]> };

/** The texts of a language: all that English has. A plural that a language lacks is written twice. */
export type Texts = Translated<typeof english>;
