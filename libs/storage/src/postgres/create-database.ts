import { Client } from 'pg';
import { asStorageError } from '../errors';
import { connectionSettings } from './connection-settings';

/**
 * Makes an empty database beside the one of a url.
 *
 * @returns its url
 * @throws DatabaseError where the user may not make one, or it exists; DatabaseUnavailableError
 */
export async function createDatabase(url: string, name: string): Promise<string> {
  await execute(url, (client) => `create database ${client.escapeIdentifier(name)}`);
  const created = new URL(url);
  created.pathname = `/${encodeURIComponent(name)}`;
  return created.href;
}

/** Removes a database beside the one of a url, ending the connections to it; none is no error. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await execute(url, (client) => `drop database if exists ${client.escapeIdentifier(name)} with (force)`);
}

async function execute(url: string, statement: (client: Client) => string): Promise<void> {
  const client = new Client(connectionSettings({ url }));
  try {
    await client.connect();
    await client.query(statement(client));
  } catch (error) {
    throw asStorageError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
