import type { IncomingMessage } from '../port';
import { parseReplayFilter } from './replay-filter';

const MESSAGE: IncomingMessage = {
  topic: 'a.dead-letters',
  partition: 0,
  offset: '7',
  key: 'acme',
  value: null,
  headers: { 'dead-letter-error': 'TypeError: x = undefined', 'dead-letter-original-offset': '12', colour: 'Red' },
  timestamp: 0,
};

describe('parseReplayFilter', () => {
  it.each([
    ['key=acme', true],
    ['key=acm', false],
    ['error~typeerror', true],
    ['error~= undef', true],
    ['error=TypeError: x = undefined', true],
    ['offset=12', true],
    ['offset=7', false],
    ['colour=red', false],
    ['colour~red', true],
    ['absent~', false],
  ])('%s accepts the message: %s', (filter, accepted) => {
    expect(parseReplayFilter(filter)(MESSAGE)).toBe(accepted);
  });

  it.each(['', 'key', '=acme', '~x'])('refuses %j, and says what it takes', (filter) => {
    expect(() => parseReplayFilter(filter)).toThrow(
      expect.objectContaining({ code: 'wrong-use', remedy: expect.stringContaining('--filter') }),
    );
  });
});
