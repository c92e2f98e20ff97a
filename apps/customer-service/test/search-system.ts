import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const GUIDE = {
  title: 'Exchange guide',
  text: 'You can exchange an item for a replacement within a month. The weather was fine.',
  url: 'https://help.example/exchange',
  score: 0.95,
};
const UNRELATED = { ...GUIDE, title: 'Careers', text: 'We are looking for people who like to cook.' };
const json = (results: unknown): string => JSON.stringify({ results });

/** What the search answers to a query that holds a word. */
const ANSWERS: Readonly<Record<string, string>> = {
  replacement: json([GUIDE, { title: 'No text' }, 17]),
  doubtful: json([{ ...GUIDE, score: 0.1 }]),
  unrelated: json([UNRELATED]),
  garbage: '<html>not what you asked for',
  shapeless: JSON.stringify(['results']),
  hopeless: json([{ title: 'Only a title' }]),
  huge: json([{ ...GUIDE, text: 'x'.repeat(2_000_000) }]),
  script: json([{ ...GUIDE, url: 'javascript:alert(1)' }, GUIDE]),
};

/** A search service of the company, as the service asks it. */
export interface SearchSystem {
  readonly url: string;
  /** What it was asked, with the authorization that came with it. */
  readonly asked: { query: string; locale: string; limit: number; authorization: string | undefined }[];
  close(): Promise<void>;
}

/** Starts it. A query with `slowly` is never answered, one with `nowhere` loses its connection, one with `failing` gets an error. */
export async function startSearchSystem(): Promise<SearchSystem> {
  const asked: SearchSystem['asked'] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const given = JSON.parse(body) as { query: string; locale: string; limit: number };
      asked.push({ ...given, authorization: request.headers.authorization });
      if (given.query.includes('slowly')) return;
      if (given.query.includes('nowhere')) {
        request.socket.destroy();
        return;
      }
      const word = Object.keys(ANSWERS).find((each) => given.query.includes(each));
      response.writeHead(given.query.includes('failing') ? 500 : 200, { 'content-type': 'application/json' });
      response.end(word === undefined ? json([]) : ANSWERS[word]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/search`,
    asked,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
