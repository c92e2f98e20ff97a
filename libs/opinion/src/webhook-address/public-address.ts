import { AttuneError } from '@attune/artifact';
import ipaddr from 'ipaddr.js';

/** Networks that IANA's registries call special and that ipaddr.js counts as ordinary. */
const FURTHER_RESERVED = [
  '198.18.0.0/15',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '3fff::/20',
  '5f00::/16',
].map((network) => ipaddr.parseCIDR(network));

/** Prefixes under which an IPv4 address stands inside an IPv6 one, with the byte it starts at: RFC 6052, RFC 3056, RFC 4291. */
const EMBEDDED_IPV4 = [
  { network: ipaddr.parseCIDR('64:ff9b::/96'), offset: 12 },
  { network: ipaddr.parseCIDR('2002::/16'), offset: 2 },
  { network: ipaddr.parseCIDR('::/96'), offset: 12 },
];

/** Names that mean the machine or its network whatever a resolver says. */
const LOCAL_NAMES = /^(?:localhost|.*\.(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa))$/;

/**
 * Whether an address is anything but a public unicast one: loopback, private (RFC 1918), link-local with the cloud's metadata service,
 * carrier-grade NAT, unique local, multicast, reserved, unspecified, and IPv6 forms that carry such an IPv4 address. What cannot be read as
 * an address is private too.
 */
export function isPrivateAddress(ip: string): boolean {
  const bare = ip.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(bare)) return true;
  const address = ipaddr.process(bare);
  if (FURTHER_RESERVED.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits))) return true;
  if (address instanceof ipaddr.IPv6) {
    const embedded = EMBEDDED_IPV4.find(({ network: [base, bits] }) => address.match(base, bits));
    if (embedded !== undefined) {
      return isPrivateAddress(
        address
          .toByteArray()
          .slice(embedded.offset, embedded.offset + 4)
          .join('.'),
      );
    }
  }
  return address.range() !== 'unicast';
}

/**
 * Refuses an address that a webhook must not reach. The connection must then be made to one of `resolvedAddresses` and to no other, or a
 * name could resolve to something else a moment later; a redirect is a new address to check.
 *
 * @param resolvedAddresses every address that the host's name resolves to; unused where the host is an address
 * @returns the addresses that may be connected to
 * @throws AttuneError `bad-data` when the URL is no http(s) URL, carries a password, or leads to a private address
 */
export function assertPublicUrl(url: string, resolvedAddresses: readonly string[]): string[] {
  const { hostname, protocol, username, password } = parse(url);
  const refuse = (why: string): AttuneError =>
    new AttuneError('bad-data', `A webhook must not be sent to ${hostname === '' ? url : hostname}: ${why}.`, {
      remedy: 'Name a host that is reachable from the internet, or allow private addresses in the configuration of the service.',
    });
  if (protocol !== 'https:' && protocol !== 'http:') throw refuse('it is not an http or https address');
  if (username !== '' || password !== '') throw refuse('an address carries no user or password; deliveries are signed');
  const host = hostname.replace(/\.$/, '').toLowerCase();
  const literal = host.replace(/^\[|\]$/g, '');
  const isLiteral = ipaddr.isValid(literal);
  if (!isLiteral && (LOCAL_NAMES.test(host) || !host.includes('.'))) throw refuse('it names a host of the private network');
  const addresses = isLiteral ? [literal] : [...resolvedAddresses];
  if (addresses.length === 0) throw refuse('its name resolves to no address');
  const inside = addresses.find(isPrivateAddress);
  if (inside !== undefined) throw refuse(`${inside} is not a public address`);
  return addresses;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new AttuneError('bad-data', 'The address of a webhook is not a URL.', {
      remedy: 'Write it like https://example.com/hook.',
      cause,
    });
  }
}
