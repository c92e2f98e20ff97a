import { readLines } from './read-lines';

/** An answer whose body comes in these parts, byte for byte. */
function answer(...parts: readonly Uint8Array[]): Response {
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  return new Response(body);
}

async function linesOf(response: Response): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(response)) lines.push(line);
  return lines;
}

describe('readLines', () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\n\n{"b":2}\nlast');

  it('gives the same lines wherever the answer was cut', async () => {
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(await linesOf(answer(bytes.slice(0, cut), bytes.slice(cut)))).toEqual(['{"a":"é"}', '{"b":2}', 'last']);
  });

  it('gives none of an empty answer', async () => {
    expect(await linesOf(answer())).toEqual([]);
    expect(await linesOf(new Response(null))).toEqual([]);
  });
});
