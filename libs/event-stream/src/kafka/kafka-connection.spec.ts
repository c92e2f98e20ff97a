import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaConnection } from './kafka-connection';

describe('kafkaConnection', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-certificates-'));
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, name), `the ${name}`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('names the brokers, and nothing that was not asked for', async () => {
    expect(await kafkaConnection({ kafkaBrokers: ['a:1', 'b:2'] })).toEqual({ brokers: ['a:1', 'b:2'] });
    await expect(kafkaConnection({})).rejects.toMatchObject({ code: 'bad-config', remedy: expect.stringContaining('KAFKA_BROKERS') });
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('logs in by %s, over TLS with its own certificates', async (mechanism) => {
    const settings = {
      kafkaBrokers: ['a:1'],
      kafkaSsl: true,
      kafkaSaslMechanism: mechanism,
      kafkaSaslUsername: 'u',
      kafkaSaslPassword: 'p',
    };
    expect(await kafkaConnection(settings)).toEqual({ brokers: ['a:1'], ssl: {}, sasl: { mechanism, username: 'u', password: 'p' } });
    const files = { kafkaSslCaFile: join(folder, 'ca'), kafkaSslCertFile: join(folder, 'cert'), kafkaSslKeyFile: join(folder, 'key') };
    expect(await kafkaConnection({ ...settings, ...files })).toMatchObject({ ssl: { ca: ['the ca'], cert: 'the cert', key: 'the key' } });
  });

  it('names the variable whose file cannot be read', async () => {
    const missing = { kafkaBrokers: ['a:1'], kafkaSsl: true, kafkaSslCaFile: join(folder, 'none') };
    await expect(kafkaConnection(missing)).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('KAFKA_SSL_CA_FILE'),
    });
  });

  it('sends several heartbeats a session', async () => {
    expect(await kafkaConnection({ kafkaBrokers: ['a:1'], kafkaSessionSeconds: 6 })).toMatchObject({
      sessionTimeout: 6_000,
      heartbeatInterval: 1_500,
    });
    expect(await kafkaConnection({ kafkaBrokers: ['a:1'], kafkaSessionSeconds: 60 })).toMatchObject({ heartbeatInterval: 3_000 });
  });
});
