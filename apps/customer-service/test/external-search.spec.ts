import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServiceInVain } from '@attune/testing';
import { ExternalSearch } from '../src/external-search/external-search';
import { startSearchSystem, type SearchSystem } from './search-system';

const PROGRAM = join(__dirname, '../bin/customer-service.js');

describe('the external search', () => {
  let system: SearchSystem;
  const failures: unknown[] = [];
  beforeAll(async () => {
    system = await startSearchSystem();
  });
  afterAll(() => system.close());
  beforeEach(() => {
    failures.length = 0;
    system.asked.length = 0;
  });
  const searchOf = (limits: { timeoutMilliseconds?: number; retries?: number } = {}): ExternalSearch =>
    new ExternalSearch({ url: system.url, token: 'secret', timeoutMilliseconds: 2_000, retries: 0, ...limits }, (error) =>
      failures.push(error),
    );

  it('is asked for the question without personal data, with its token', async () => {
    const hits = await searchOf().search('a replacement for kim@shop.example', 'en');
    expect(hits.map(({ title, score }) => ({ title, score }))).toEqual([{ title: 'Exchange guide', score: 0.95 }]);
    expect(system.asked).toEqual([
      { query: expect.not.stringContaining('kim@shop.example') as string, locale: 'en', limit: 5, authorization: 'Bearer secret' },
    ]);
    expect(failures).toEqual([]);
  });

  it('is not asked where there is none', async () => {
    const none = new ExternalSearch(undefined, (error) => failures.push(error));
    expect(none.isConfigured).toBe(false);
    expect(await none.search('a replacement', 'en')).toEqual([]);
  });

  it('leaves out what is no hit', async () => {
    expect((await searchOf().search('script', 'en')).map(({ url }) => url)).toEqual(['https://help.example/exchange']);
  });

  it.each([
    ['answers too slowly', 'slowly', 100],
    ['loses the connection', 'nowhere', 2_000],
    ['answers with an error', 'failing', 2_000],
    ['answers with something that is not JSON', 'garbage', 2_000],
    ['answers with other JSON', 'shapeless', 2_000],
    ['answers with hits that are none', 'hopeless', 2_000],
    ['answers without end', 'huge', 2_000],
  ])('gives nothing, and reports it, where it %s', async (_, query, timeoutMilliseconds) => {
    expect(await searchOf({ timeoutMilliseconds }).search(query, 'en')).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  it('is asked again after a failure, and left alone after several', async () => {
    const search = searchOf({ retries: 1 });
    for (let time = 0; time < 3; time++) await search.search('failing', 'en');
    expect(system.asked).toHaveLength(5);
    expect(await search.search('replacement', 'en')).toEqual([]);
    expect(system.asked).toHaveLength(5);
    expect(failures).toHaveLength(4);
  });

  it.each([
    ['an address of another kind', { ATTUNE_SEARCH_URL: 'ftp://search.example' }, 'ATTUNE_SEARCH_URL'],
    ['a time-out of nothing', { ATTUNE_SEARCH_URL: 'https://search.example', ATTUNE_SEARCH_TIMEOUT_MS: '0' }, 'ATTUNE_SEARCH_TIMEOUT_MS'],
    ['a token without an address', { ATTUNE_SEARCH_TOKEN: 'abc' }, 'ATTUNE_SEARCH_TOKEN'],
  ])('is refused at the start with %s', async (_, environment, variable) => {
    const folder = await mkdtemp(join(tmpdir(), 'attune-search-'));
    const { status, output } = await startServiceInVain(PROGRAM, { ...environment, ATTUNE_MODELS: folder, ATTUNE_DATA: folder });
    await rm(folder, { recursive: true, force: true });
    expect(status).toBe(2);
    expect(output).toContain(variable);
  });
});
