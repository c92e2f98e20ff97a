import { AttuneError } from '@attune/artifact';
import { DrizzleQueryError } from 'drizzle-orm';
import { asStorageError, asWorkError, isDatabaseUnavailable, isWorthAnotherAttempt } from './errors';

const driverError = (code: string, message = 'from the driver'): Error =>
  Object.assign(new Error(message), { code, detail: 'Key (text)=(secret words)' });
const queryError = (cause: Error): DrizzleQueryError => new DrizzleQueryError('insert into notes values ($1)', ['secret words'], cause);

describe('errors of the database', () => {
  it.each(['57P01', '57P02', '57P03', '08006', '08P01', '53300', '28P01', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN'])(
    'say with %s that it is away',
    (code) => {
      expect(isDatabaseUnavailable(queryError(driverError(code)))).toBe(true);
      expect(asStorageError(queryError(driverError(code)))).toMatchObject({ code: 'dependency-unavailable' });
    },
  );

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Query read timeout', 'PGlite is closed'])(
    'say without a code that it is away: %s',
    (message) => expect(isDatabaseUnavailable(queryError(new Error(message)))).toBe(true),
  );

  it('say that its disk is full, which is no fault of the work either', () => {
    const error = asStorageError(queryError(driverError('53100', 'could not extend file')));
    expect(error).toMatchObject({ code: 'disk-full', message: expect.stringContaining('could not extend file') });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each(['23505', '57014', '22P02', '42P01', '40001'])('blame the statement for %s', (code) => {
    expect(isDatabaseUnavailable(queryError(driverError(code)))).toBe(false);
    expect(asStorageError(queryError(driverError(code)))).toMatchObject({ code: 'database-failed', sqlState: code });
  });

  it('of all addresses of a server count', () => {
    const error = Object.assign(new AggregateError([driverError('ECONNREFUSED'), driverError('ECONNREFUSED')], ''), { code: undefined });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('hold no values of rows or parameters', () => {
    const { cause, message } = asStorageError(queryError(driverError('23505'))) as AttuneError;
    expect(`${message} ${JSON.stringify(cause)} ${Object.values(cause as object).join()}`).not.toContain('secret');
  });

  it('are told from errors of the work, which stay as they are', () => {
    const refused = driverError('ECONNREFUSED');
    const wrapped = new Error('a webhook failed', { cause: driverError('23505') });
    for (const error of [refused, wrapped, 'a text']) expect(asWorkError(error)).toBe(error);
    const own = new AttuneError('conflict', 'The document has other content.');
    expect(asWorkError(queryError(own))).toBe(own);
  });

  it('are worth another attempt where another transaction was preferred', () => {
    expect(['40001', '40P01', '55P03', '23505', '57P01'].filter((code) => isWorthAnotherAttempt(queryError(driverError(code))))).toEqual([
      '40001',
      '40P01',
      '55P03',
    ]);
  });
});
