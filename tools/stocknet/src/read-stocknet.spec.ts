import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readStockNet } from './read-stocknet';

describe('readStockNet', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stocknet-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (...lines: unknown[]): Promise<void> => {
    const rows = [
      'Sector\tSymbol\tCompany',
      'Freight\t$HLDF\tHalden Freight  Inc.',
      'Rail\t$BR-A\tThe Brightmoor Company',
      'Air\t$NONE\tQuiet plc',
    ];
    await writeFile(join(folder, 'StockTable'), `${rows.join('\n')}\n`);
    await writeFile(join(folder, 'tweets.jsonl.gz'), gzipSync(lines.map((line) => JSON.stringify(line)).join('\n')));
  };

  it('gives each tweet once, in order, and the companies that are tweeted about', async () => {
    await write(
      { ts: '2014-01-02T09:00:00Z', id: '2', ticker: 'BR-A', text: '$BR-A falls behind $HLDF' },
      { ts: '2014-01-02T09:00:00Z', id: '2', ticker: 'HLDF', text: '$BR-A falls behind $HLDF' },
      { ts: '2014-01-01T09:00:00Z', id: '1', ticker: 'HLDF', text: 'Freight rates again $HLDF' },
    );
    const { documents, watches } = await readStockNet(folder);
    expect(documents.map(({ id }) => id)).toEqual(['stocknet:1', 'stocknet:2']);
    expect(documents[0]).toMatchObject({ source: 'StockNet', publishedAt: '2014-01-01T09:00:00Z', text: 'Freight rates again $HLDF' });
    expect(watches.map(({ name, target }) => ({ name, ...target }))).toEqual([
      expect.objectContaining({
        name: 'Halden Freight Inc.',
        names: ['Halden Freight'],
        aliases: ['Halden Freight Inc.'],
        tickers: ['HLDF'],
      }),
      expect.objectContaining({ name: 'The Brightmoor Company', names: ['Brightmoor'], tickers: ['BR-A'] }),
    ]);
  });

  it('names the line that is no tweet, and the folder that holds nothing', async () => {
    await expect(readStockNet(folder)).rejects.toMatchObject({ code: 'missing-file' });
    await write({ ts: '2014-01-02T09:00:00Z', id: '2', ticker: 'HLDF', text: 'Fine' }, { id: '3' });
    await expect(readStockNet(folder)).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining('line 2') });
  });
});
