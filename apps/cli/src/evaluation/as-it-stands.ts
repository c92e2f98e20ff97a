/** Texts reach the predictor as they stand in the file: it cleans them as the model's manifest says. */
export const AS_IT_STANDS = {
  unicode: 'none',
  controlCharacters: false,
  html: false,
  whitespace: false,
  maskUrls: false,
  maskMentions: false,
} as const;
