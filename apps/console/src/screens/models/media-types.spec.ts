import { mediaTypeOf, nameOfFile } from './media-types';

describe('a file of rows', () => {
  it.each([
    ['march.csv', 'text/csv'],
    ['MARCH.CSV', 'text/csv'],
    ['rows.tsv', 'text/tab-separated-values'],
    ['rows.v2.jsonl', 'application/x-ndjson'],
    ['rows.xlsx', undefined],
    ['csv', undefined],
  ])('%s is sent as %s', (name, mediaType) => {
    expect(mediaTypeOf(name)).toBe(mediaType);
  });

  it('gives the data set its name', () => {
    expect(nameOfFile('messages of March.csv')).toBe('messages of March');
    expect(nameOfFile('rows.v2.jsonl')).toBe('rows.v2');
  });
});
