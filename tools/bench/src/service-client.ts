/** Answers as JSON; posts where there is a body. @throws Error with the answer where it is none of success */
export async function json(url: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(url, body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Posts without a body. @throws as `json` does */
export async function post(url: string): Promise<unknown> {
  return answerOf(url, { method: 'POST' });
}

/** Whether there is something at a URL. */
export async function isThere(url: string): Promise<boolean> {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.status !== 404;
}

/**
 * Posts rows as lines of JSON to an import, and waits for its end.
 *
 * @returns the last line of its answer, which says how far it came
 */
export async function importRows(url: string, rows: readonly object[]): Promise<string> {
  const body = rows.map((row) => JSON.stringify(row)).join('\n');
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });
  return (await answer.text()).trimEnd().split('\n').slice(-1)[0];
}

async function answerOf(url: string, request: RequestInit): Promise<unknown> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}: ${await response.text()}`);
  return response.json();
}
