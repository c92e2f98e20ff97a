import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Client, Notification } from 'pg';
import type { DatabaseSession, Queryable } from '../database';
import { asQueryable } from '../queryable';

/** Milliseconds of silence after which the server ends a session, and with it its locks: its process hangs, or the network is cut. */
export const SESSION_SILENCE = 15_000;

/** A connection outside the pool. */
export class PostgresSession implements DatabaseSession {
  readonly orm: Queryable;
  readonly ended: Promise<void>;
  private open = true;
  private readonly listeners = new Map<string, (payload: string) => void>();

  constructor(private readonly client: Client) {
    this.orm = asQueryable(drizzle(client));
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.open = false;
        resolve();
      };
      client.on('error', end);
      client.on('end', end);
    });
    client.on('notification', ({ channel, payload = '' }: Notification) => this.listeners.get(channel)?.(payload));
  }

  get isOpen(): boolean {
    return this.open;
  }

  async tryLock(name: string): Promise<boolean> {
    const { rows } = await this.orm.execute<{ locked: boolean }>(sql`select pg_try_advisory_lock(${lockKey(name)}::bigint) as locked`);
    return rows[0]?.locked === true;
  }

  async listen(channel: string, onNotification: (payload: string) => void): Promise<void> {
    this.listeners.set(channel, onNotification);
    await this.orm.execute(sql`listen ${sql.identifier(channel)}`);
  }

  async close(): Promise<void> {
    this.open = false;
    await this.client.end();
  }
}

/** The number by which PostgreSQL knows a lock: 64 bits of the name's digest, as a signed integer in digits. */
export function lockKey(name: string): string {
  return createHash('sha256').update(`attune:${name}`).digest().readBigInt64BE().toString();
}
