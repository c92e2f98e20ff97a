import { AttuneError } from '@attune/artifact';
import { DEAD_LETTER_HEADERS } from '../delivery/dead-letter';
import type { IncomingMessage } from '../port';

/** Which dead letters to send back. */
export type ReplayFilter = (message: IncomingMessage) => boolean;

/**
 * Reads a filter: `name=value` asks for the value itself, `name~text` for text anywhere in it, whatever the case. A name
 * is `key`, one of error, attempts, group, topic, partition, offset, timestamp (of the original message), or a header's.
 *
 * @throws AttuneError `wrong-use`
 */
export function parseReplayFilter(filter: string): ReplayFilter {
  const match = /^([^=~]+)([=~])(.*)$/s.exec(filter);
  if (match === null) {
    throw new AttuneError('wrong-use', `The filter "${filter}" is neither name=value nor name~text.`, {
      remedy: 'For instance: --filter error~timeout or --filter key=acme',
    });
  }
  const [, name = '', operator, wanted = ''] = match;
  if (operator === '=') return (message) => valueOf(message, name.trim()) === wanted;
  const text = wanted.toLowerCase();
  return (message) => valueOf(message, name.trim())?.toLowerCase().includes(text) === true;
}

function valueOf({ key, headers }: IncomingMessage, name: string): string | undefined {
  if (name === 'key') return key ?? undefined;
  const alias: string | undefined = Object.entries(DEAD_LETTER_HEADERS).find(([short]) => short === name)?.[1];
  return headers[alias ?? name];
}
