/** A file on its way to a service. */
export interface SentFile {
  readonly contentType: string;
  readonly file: string;
  readonly signal: AbortSignal;
}

/**
 * Sends a file to a route that answers with its progress as NDJSON.
 *
 * @returns rows that were accepted
 * @throws AttuneError `bad-data` where it, or a row of it, is refused
 */
export async function sendFile(url: string, { contentType, file, signal }: SentFile): Promise<number> {
  const [{ AttuneError }, { itemImportProgressSchema }] = await Promise.all([import('@attune/artifact'), import('@attune/contracts')]);
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': contentType }, body: file, signal });
  const text = await answer.text();
  if (!answer.ok) throw new AttuneError('bad-data', `POST ${url} was refused (${answer.status}): ${text}`);
  const [last] = text.trimEnd().split('\n').slice(-1);
  // Imports of items and of knowledge tell their progress alike.
  const { accepted, refused, error } = itemImportProgressSchema.parse(JSON.parse(last));
  const fault = error ?? refused.at(0)?.message;
  if (fault !== undefined) throw new AttuneError('bad-data', `POST ${url}: a row was refused: ${fault}`);
  return accepted;
}
