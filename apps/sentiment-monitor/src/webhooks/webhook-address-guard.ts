import { lookup } from 'node:dns';
import { lookup as lookupAsync } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { AttuneError } from '@attune/artifact';
import { isPrivateAddress } from '@attune/opinion';
import { HttpProblem } from '@attune/service-kit';

/** Keeps webhooks away from what only this machine and its network can reach. */
export class WebhookAddressGuard {
  constructor(private readonly allowPrivate: boolean) {}

  /**
   * Looks up where an address leads, for a clear refusal at the time it is given.
   *
   * @throws HttpProblem `unprocessable` where that is private or unknown
   */
  async assertAllowed(url: string): Promise<void> {
    if (this.allowPrivate) return;
    const { hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const addresses = await lookupAsync(host, { all: true }).catch((cause: unknown) => {
      throw new HttpProblem('unprocessable', { detail: `The host ${hostname} is not known.`, cause });
    });
    if (addresses.some(({ address }) => isPrivateAddress(address))) {
      throw new HttpProblem('unprocessable', {
        detail: `${hostname} is a private address. An operator can allow those with ATTUNE_WEBHOOK_PRIVATE_ADDRESSES.`,
      });
    }
  }

  /** Looks up the address of a connection and refuses private ones: a name may lead elsewhere than when it was given. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const refused = this.allowPrivate ? undefined : addresses.find(({ address }) => isPrivateAddress(address));
      if (refused !== undefined) {
        return callback(new AttuneError('forbidden', `${hostname} leads to the private address ${refused.address}.`), '', 0);
      }
      if (options.all) return callback(null, addresses);
      const [{ address, family }] = addresses;
      callback(null, address, family);
    });
  };

  /** Whether a host that is an address, which no lookup sees, is refused. */
  refusesLiteral(hostname: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, '');
    return !this.allowPrivate && (/^[\d.]+$/.test(host) || host.includes(':')) && isPrivateAddress(host);
  }
}
