import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import { defineConfiguration, variable, wholeNumber, type Environment } from '..';

const definition = defineConfiguration(
  {
    windowMinutes: variable('ATTUNE_WINDOW_MINUTES', wholeNumber(1, 60).default(5).describe('Length of a window')),
    webhookSecret: variable('ATTUNE_WEBHOOK_SECRET', z.string().min(16, 'is shorter than 16 characters').optional(), { secret: true }),
  },
  [
    function* ({ windowMinutes, webhookSecret }) {
      if (windowMinutes > 30 && webhookSecret === undefined)
        yield { variable: 'ATTUNE_WINDOW_MINUTES', message: 'needs a secret beyond 30' };
    },
  ],
);

function refusal(environment: Environment): AttuneError {
  try {
    definition.loadConfiguration(environment);
  } catch (error) {
    if (error instanceof AttuneError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('a configuration', () => {
  it('holds defaults where the environment says nothing, or nothing but an empty text', () => {
    const configuration = definition.loadConfiguration({ PATH: '/bin', ATTUNE_PORT: '', ATTUNE_API_KEYS: ' ' });
    expect(configuration).toMatchObject({ host: '127.0.0.1', port: 3000, windowMinutes: 5, kafkaSsl: false, logLevel: 'info' });
    expect(configuration.kafkaBrokers).toBeUndefined();
    expect(configuration.apiKeys).toBeUndefined();
    const reading: number = configuration.windowMinutes;
    expect(reading).toBe(5);
  });

  it('reads lists, numbers and truth values', () => {
    const read = definition.loadConfiguration({ KAFKA_BROKERS: 'a:9092, [::1]:9093', KAFKA_SSL: 'true', ATTUNE_PORT: '0' });
    expect(read).toMatchObject({ kafkaBrokers: ['a:9092', '[::1]:9093'], kafkaSsl: true, port: 0 });
  });

  it('is refused with every fault at once, as status 2, and shows no value of a secret', () => {
    const error = refusal({
      ATTUNE_PROT: '80',
      ATTUNE_PORT: '80000',
      DATABSE_URL: 'postgresql://u:hunter2@h/d',
      ATTUNE_WEBHOOK_SECRET: 'hunter2',
      LOG_LEVEL: 'loud',
      ATTUNE_WINDOW_MINUTES: 'five',
    });
    expect(error.exitStatus).toBe(2);
    expect(error.message.split('\n').slice(1)).toEqual([
      '  ATTUNE_PROT is not known; did you mean ATTUNE_PORT?',
      '  DATABSE_URL is not known; did you mean DATABASE_URL?',
      '  ATTUNE_PORT must be a whole number from 0 to 65535',
      '  LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent',
      '  ATTUNE_WINDOW_MINUTES must be a whole number from 1 to 60',
      '  ATTUNE_WEBHOOK_SECRET is shorter than 16 characters',
    ]);
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    ['two databases', { DATABASE_URL: 'postgresql://h/d', ATTUNE_DATA: 'x' }, 'ATTUNE_DATA contradicts DATABASE_URL'],
    ['a login without a password', { KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }, 'need one another'],
    ['TLS for no broker', { KAFKA_SSL: 'true' }, 'KAFKA_BROKERS is missing'],
    ['certificates without TLS', { KAFKA_BROKERS: 'a:1', KAFKA_SSL_CA_FILE: 'ca.pem' }, 'KAFKA_SSL is not true'],
    ['half a client certificate', { KAFKA_BROKERS: 'a:1', KAFKA_SSL: '1', KAFKA_SSL_KEY_FILE: 'k' }, 'need each other'],
    ['the network without keys', { ATTUNE_HOST: '0.0.0.0' }, 'ATTUNE_API_KEYS or ATTUNE_API_KEYS_FILE is needed'],
    [
      'keys from two places',
      { ATTUNE_API_KEYS: `a:read:${'0'.repeat(64)}`, ATTUNE_API_KEYS_FILE: 'f' },
      'contradicts ATTUNE_API_KEYS_FILE',
    ],
    ['a key that is not hashed', { ATTUNE_API_KEYS: 'attune_0123' }, 'ATTUNE_API_KEYS entry 1 is a key itself'],
    ['what its own rule forbids', { ATTUNE_WINDOW_MINUTES: '31' }, 'needs a secret'],
  ])('refuses %s', (_fault, environment: Environment, message) => {
    expect(refusal(environment).message).toContain(message);
  });

  it('takes no offence at variables of others, nor at those that Kubernetes makes of services', () => {
    const environment = {
      KAFKA_HOME: '/opt/kafka',
      KAFKA_PORT: 'tcp://10.0.0.1:9092',
      ATTUNE_SERVICE_HOST: '10.0.0.1',
      ATTUNE_PORT_8080_TCP_ADDR: '10.0.0.1',
      ATTUNE_MONITOR_PORT: 'tcp://10.0.0.1:80',
      ATTUNE_CACHE: '/cache',
      HOSTNAME: 'pod-1',
    };
    expect(() => definition.loadConfiguration(environment)).not.toThrow();
  });

  it('describes each of its variables, with its default', () => {
    const rows = definition.describeConfiguration();
    expect(rows.every(({ name, description }) => name === 'ATTUNE_WEBHOOK_SECRET' || description !== '')).toBe(true);
    expect(rows).toContainEqual({
      name: 'ATTUNE_WINDOW_MINUTES',
      property: 'windowMinutes',
      description: 'Length of a window',
      required: false,
      default: '5',
      secret: false,
    });
    expect(rows.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({ secret: true, default: undefined });
  });
});
