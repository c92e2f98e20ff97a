import { AttuneError } from '@attune/artifact';
import type { PoolConfig } from 'pg';

export interface ConnectionOptions {
  readonly url: string;
  readonly poolSize?: number | undefined;
  readonly statementTimeout?: number | undefined;
  readonly connectTimeout?: number | undefined;
  readonly applicationName?: string | undefined;
}

/** Milliseconds. */
const STATEMENT_TIMEOUT = 30_000;
const CONNECT_TIMEOUT = 5_000;
/** Milliseconds after which the server gives up a transaction whose client says nothing, and so its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT = 60_000;
/** Milliseconds beyond the server's own limit after which a connection that says nothing counts as dead. */
const GRACE = 5_000;
const IDLE_TIMEOUT = 60_000;

/**
 * The settings of node-postgres for a url.
 *
 * @throws AttuneError `bad-config` where it is no PostgreSQL url; the message does not repeat it, since it may hold a password
 */
export function connectionSettings(options: ConnectionOptions): PoolConfig {
  checkUrl(options.url);
  const { statementTimeout = STATEMENT_TIMEOUT } = options;
  return {
    connectionString: options.url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: options.connectTimeout ?? CONNECT_TIMEOUT,
    idleTimeoutMillis: IDLE_TIMEOUT,
    application_name: options.applicationName ?? 'attune',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
    ...(statementTimeout === 0 ? {} : { statement_timeout: statementTimeout, query_timeout: statementTimeout + GRACE }),
  };
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'postgresql:' || protocol === 'postgres:') return;
  throw new AttuneError('bad-config', 'The url of the database is none of PostgreSQL.', {
    remedy: 'It has the form postgresql://user:password@host:5432/database, with special characters of the password percent-encoded.',
  });
}

/** `user@host:port/database`, to name a server in a message: without password and parameters. */
export function describeServer(url: string): string {
  const { username, host, pathname } = new URL(url);
  return `${username === '' ? '' : `${decodeURIComponent(username)}@`}${host}${pathname}`;
}
