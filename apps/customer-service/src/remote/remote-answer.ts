/** An answer that is none: another status, no JSON, too long. Waiting does not mend it as it does a connection, but the next try may. */
export class RemoteFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RemoteFailure';
  }
}

/**
 * The JSON that another system answers with.
 *
 * @param mostBytes beyond which an answer is not read
 * @throws RemoteFailure where it is another answer
 */
export async function readRemoteJson(response: Response, mostBytes: number): Promise<unknown> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new RemoteFailure(`it answered with status ${response.status}`);
  }
  try {
    return JSON.parse(await readText(response, mostBytes)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new RemoteFailure('it answered with something that is not JSON');
    throw error;
  }
}

async function readText(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new RemoteFailure(`it answered with more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
