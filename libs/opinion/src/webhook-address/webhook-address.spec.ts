import { assertPublicUrl, isPrivateAddress } from './public-address';
import { signWebhook, verifyWebhook } from './webhook-signature';

describe('isPrivateAddress', () => {
  it.each([
    '127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
    '255.255.255.255', '198.18.0.1', '::', '::1', 'fe80::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:a00:1', '64:ff9b::7f00:1',
    '2002:7f00:1::', '::127.0.0.1', '2001:db8::1', 'not an address', '',
  ])('holds for %s', (ip) => expect(isPrivateAddress(ip)).toBe(true)); // prettier-ignore

  it.each(['93.184.216.34', '172.32.0.1', '8.8.8.8', '2606:2800:220:1::1', '::ffff:8.8.8.8'])('does not hold for %s', (ip) =>
    expect(isPrivateAddress(ip)).toBe(false),
  );
});

describe('assertPublicUrl', () => {
  const PUBLIC = ['93.184.216.34'];

  it('gives the addresses to connect to', () => {
    expect(assertPublicUrl('https://hooks.example.com/x', PUBLIC)).toEqual(PUBLIC);
    expect(assertPublicUrl('https://93.184.216.34/x', [])).toEqual(PUBLIC);
  });

  it.each([
    ['a decimal address', 'http://2130706433/'],
    ['an octal address', 'http://0177.0.0.1/'],
    ['a hexadecimal address', 'http://0x7f.1/'],
    ['an IPv6 address', 'http://[::1]/'],
    ['a mapped address', 'http://[::ffff:10.0.0.1]/'],
    ['localhost', 'http://localhost:8080/'],
    ['localhost with a dot', 'http://LOCALHOST./'],
    ['a name of the cluster', 'http://api.default.svc.cluster.local/'],
    ['a bare name', 'http://intranet/'],
    ['a password', 'http://user:secret@example.com/'],
    ['another protocol', 'ftp://example.com/'],
    ['no URL', 'hooks.example.com'],
  ])('refuses %s', (_fault, url) => expect(() => assertPublicUrl(url, PUBLIC)).toThrow(expect.objectContaining({ code: 'bad-data' })));

  it('refuses a name of which one address is private, or that has none', () => {
    expect(() => assertPublicUrl('https://example.com', [...PUBLIC, '10.0.0.1'])).toThrow('10.0.0.1');
    expect(() => assertPublicUrl('https://example.com', [])).toThrow(expect.objectContaining({ code: 'bad-data' }));
  });
});

describe('signWebhook', () => {
  const delivery = { secret: 'a secret of some length', timestamp: 1_800_000_000, body: '{"a":"é"}' };
  const signature = signWebhook(delivery.secret, delivery.timestamp, delivery.body);

  it('is verified within the tolerance, by text or bytes', () => {
    expect(verifyWebhook({ ...delivery, signature, now: delivery.timestamp + 300 })).toBe(true);
    expect(verifyWebhook({ ...delivery, body: Buffer.from(delivery.body), signature, now: delivery.timestamp })).toBe(true);
  });

  it.each([
    ['an old delivery', { now: delivery.timestamp + 301 }],
    ['one from the future', { now: delivery.timestamp - 301 }],
    ['another body', { body: '{}' }],
    ['another time', { timestamp: delivery.timestamp + 1 }],
    ['another secret', { secret: 'another secret of a length' }],
    ['a cut signature', { signature: signature.slice(0, -1) }],
  ])('refuses %s', (_fault, change) => expect(verifyWebhook({ ...delivery, signature, now: delivery.timestamp, ...change })).toBe(false));
});
