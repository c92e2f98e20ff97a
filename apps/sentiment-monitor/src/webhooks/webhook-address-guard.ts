import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AttuneError } from '@attune/artifact';
import { assertPublicUrl, isPrivateAddress } from '@attune/opinion';
import { HttpProblem } from '@attune/service-kit';

/** Finds the addresses of a name, as `dns.lookup` with `all`. */
export type NameResolver = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Keeps webhooks away from what only this machine and its network can reach. */
export class WebhookAddressGuard {
  constructor(
    private readonly allowPrivate: boolean,
    private readonly resolve: NameResolver = resolveName,
  ) {}

  /**
   * Looks up where an address leads, for a clear refusal at the time it is given.
   *
   * @throws HttpProblem `unprocessable` where that is private or unknown
   */
  async assertAllowed(url: string): Promise<void> {
    if (this.allowPrivate) return;
    const host = bareHost(url);
    try {
      assertPublicUrl(url, isIP(host) === 0 ? await this.addressesOf(host) : []);
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      throw new HttpProblem('unprocessable', { detail: `${error.message} ${error.remedy ?? ''}`.trim(), cause: error });
    }
  }

  /** Why an address must not be connected to, as far as it tells without a lookup; undefined where it may. */
  refusal(url: string): string | undefined {
    const host = bareHost(url);
    return !this.allowPrivate && isIP(host) !== 0 && isPrivateAddress(host) ? `${host} is a private address` : undefined;
  }

  /** Looks up the address of a connection and refuses private ones: a name may lead elsewhere than when it was given. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
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

  /** None where the name is not known. */
  private addressesOf(host: string): Promise<string[]> {
    return new Promise((resolve) => {
      this.resolve(host, { all: true }, (error, addresses) => resolve(error === null ? addresses.map(({ address }) => address) : []));
    });
  }
}

function bareHost(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
