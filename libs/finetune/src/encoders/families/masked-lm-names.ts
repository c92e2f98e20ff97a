/** Names of a masked-language-model head's parameters, both ways. */
export interface MaskedLmNames {
  toHuggingFaceName(canonical: string): string | undefined;
  fromHuggingFaceName(name: string): string | undefined;
}

/** Where a family keeps the parts of its masked-language-model head, as begins of names; the bias stands by itself. */
export interface MaskedLmParts {
  dense: string;
  norm: string;
  bias: string;
  decoder: string;
}

/**
 * The names of a head that is a dense layer, an activation and a norm, and then the word table (or, where it is not tied to it, a
 * decoder's own weight) with a bias a word: `mlm.dense.*`, `mlm.LayerNorm.*`, `mlm.bias`, `mlm.decoder.weight`.
 */
export function maskedLmNames({ dense, norm, bias, decoder }: MaskedLmParts): MaskedLmNames {
  const pairs: [string, string][] = [
    ...['weight', 'bias'].flatMap((kind): [string, string][] => [
      [`mlm.dense.${kind}`, `${dense}.${kind}`],
      [`mlm.LayerNorm.${kind}`, `${norm}.${kind}`],
    ]),
    ['mlm.bias', bias],
    ['mlm.decoder.weight', `${decoder}.weight`],
  ];
  const to = new Map(pairs);
  const from = new Map(pairs.map(([own, theirs]) => [theirs, own]));
  return { toHuggingFaceName: (canonical) => to.get(canonical), fromHuggingFaceName: (name) => from.get(name) };
}
