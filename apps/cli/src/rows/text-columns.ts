/** Columns that hold the texts of a file. */
export interface TextColumns {
  text?: string;
  pair?: string;
}

/** A text, or a pair of texts, as a model takes it. */
export interface ModelText {
  text: string;
  pair?: string;
}

/**
 * Chooses the text column of a file: the one asked for, else the one that the model was trained on where the file has
 * it, else `text`, else the only column. The second of a pair is the one asked for or trained on.
 *
 * @throws AttuneError `missing-column` naming the file and its columns
 */
export async function chooseTextColumns(
  path: string,
  present: readonly string[],
  asked: TextColumns,
  trained: TextColumns,
): Promise<TextColumns & { text: string }> {
  const has = (name: string): boolean => present.includes(name);
  const candidates = asked.text === undefined ? [trained.text, 'text', present.length === 1 ? present[0] : undefined] : [asked.text];
  const text = candidates.find((name) => name !== undefined && has(name));
  if (text === undefined) throw await missingColumn(path, asked.text ?? trained.text ?? 'text', present, '--text-column');
  if (asked.pair !== undefined && !has(asked.pair)) throw await missingColumn(path, asked.pair, present, '--pair-column');
  const pair = asked.pair ?? trained.pair;
  return pair !== undefined && has(pair) ? { text, pair } : { text };
}

async function missingColumn(path: string, column: string, present: readonly string[], flag: string): Promise<Error> {
  const { AttuneError } = await import('@attune/artifact');
  return new AttuneError('missing-column', `${path} has no column "${column}"; its columns are ${present.join(', ')}.`, {
    remedy: `Name the column of the text with ${flag}.`,
  });
}
