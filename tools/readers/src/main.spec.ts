import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const ARTICLES = join(ROOT, 'apps/recommender/head/articles.csv');

function readers(...options: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, 'tools/readers/bin/readers.js'), ...options], { encoding: 'utf8' });
}

describe('the program that writes the readers’ events', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readers-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes events.csv, and the last weeks to test.csv where they are kept for a test', async () => {
    const out = join(folder, 'new/folder');
    const { status, stderr } = readers('--items', ARTICLES, '--out', out, '--test-weeks', '4');
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/events of 2\d\d readers in .*events\.csv/) });
    const rows = async (name: string): Promise<string[]> => (await readFile(join(out, name), 'utf8')).trimEnd().split('\n');
    const [events, test] = [await rows('events.csv'), await rows('test.csv')];
    expect([events[0], test[0]]).toEqual(Array(2).fill('user,item,ts,type,value'));
    const times = [...events.slice(1), ...test.slice(1)].map((row) => row.split(',')[2]);
    expect(times).toEqual([...times].sort());
    const last = events[events.length - 1].split(',')[2];
    expect([last < '2026-02-02', test[1].split(',')[2] >= '2026-02-02']).toEqual([true, true]);

    const whole = join(folder, 'whole');
    expect(readers('--items', ARTICLES, '--out', whole).status).toBe(0);
    expect(await readdir(whole)).toEqual(['events.csv']);
    expect(await readFile(join(whole, 'events.csv'), 'utf8')).toBe(`${[...events, ...test.slice(1)].join('\n')}\n`);
  });

  it.each([
    { options: ['--items', 'none.csv'], status: 1, says: /no file none\.csv/ },
    { options: ['--items', ARTICLES, '--weeks', '3', '--test-weeks', '3'], status: 2, says: /leaves nothing of 3 weeks/ },
    { options: ['--items', ARTICLES, '--readers', '0'], status: 1, says: /whole number of at least 1/ },
    { options: ['--items', ARTICLES, '--noise', '1.5'], status: 1, says: /number from 0 to 1/ },
  ])('says what is wrong with $options', ({ options, status, says }) => {
    expect(readers(...options, '--out', folder)).toMatchObject({ status, stderr: expect.stringMatching(says) });
  });
});
