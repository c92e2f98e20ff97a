import type { IncomingMessage } from 'node:http';
import { HttpProblem } from '../problems/http-problem';
import type { Identity } from './api-key';
import type { ApiKeys } from './api-keys';
import { isLoopback } from './loopback';
import { presentedKey } from './presented-key';
import { includesScope, type Scope } from './scope';
import { unauthenticated } from './scope.guard';

/** A browser cannot set headers of a WebSocket: it names its key as a subprotocol with this beginning. */
const KEY_PROTOCOL = 'key.';

/** Who may open a WebSocket. The hooks of requests do not see those. */
export class SocketAccess {
  constructor(private readonly apiKeys: ApiKeys) {}

  /**
   * Whose socket it is, by the request that opens it: its key comes in a header, as that of any request, or as a
   * subprotocol `key.<key>`.
   *
   * @throws HttpProblem `unauthenticated`, `forbidden`; `misdirected-request` where no keys are needed and it comes from a page of elsewhere
   */
  admit({ headers }: IncomingMessage, needed: Scope): Identity {
    if (!this.apiKeys.required) assertFromHere(headers);
    const identity = this.apiKeys.identify(presentedKey(headers) ?? keyAmong(headers['sec-websocket-protocol']));
    if (identity === undefined) throw unauthenticated();
    if (includesScope(identity.scope, needed)) return identity;
    throw new HttpProblem('forbidden', { detail: `The key "${identity.name}" has the scope ${identity.scope}; this needs ${needed}.` });
  }
}

/** Any page on the web can make a browser open a socket to this machine, under its own origin or under a name that points here. */
function assertFromHere({ host, origin }: IncomingMessage['headers']): void {
  const isHere = (url: string): boolean => URL.canParse(url) && isLoopback(new URL(url).hostname);
  if (isHere(`ws://${host ?? ''}`) && (origin === undefined || isHere(origin))) return;
  throw new HttpProblem('misdirected-request', { detail: 'Without API keys the service answers to loopback names alone.' });
}

function keyAmong(protocols: string | undefined): string | undefined {
  const named = protocols
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL));
  return named?.slice(KEY_PROTOCOL.length);
}
