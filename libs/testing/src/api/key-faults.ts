import type { ApiDocument } from './api-document';
import { exampleRequests, sendApiRequest } from './api-request';

/** A service with a key for each scope. */
export interface KeyedService<Scope extends string> {
  readonly url: string;
  readonly keys: Readonly<Record<Scope, { readonly key: string }>>;
  /** Whether a key of one scope may do what another one is needed for. */
  includes(held: Scope, needed: Scope): boolean;
}

/** What is wrong with how a service asks for keys: it must want just those that its document names. */
export async function keyFaults<Scope extends string>(
  document: ApiDocument,
  { url, keys, includes }: KeyedService<Scope>,
): Promise<string[]> {
  const faults: string[] = [];
  const held = Object.entries(keys) as [Scope, { key: string }][];
  for (const operation of document.operations) {
    const { operationId } = operation;
    const [request] = exampleRequests(operation, { id: 'none' });
    const needed = operation.scopes[0] as Scope | undefined;
    const statusWith = async (headers: Record<string, string>): Promise<number> => (await sendApiRequest(url, request, headers)).status;
    if (needed === undefined) {
      if ((await statusWith({})) !== 200) faults.push(`${operationId} needs a key`);
      continue;
    }
    if ((await statusWith({})) !== 401) faults.push(`${operationId} answers without a key`);
    if ((await statusWith({ 'x-api-key': `${keys[needed].key}x` })) !== 401) faults.push(`${operationId} answers a wrong key`);
    for (const [scope, { key }] of held.filter(([each]) => !includes(each, needed))) {
      const status = await statusWith({ authorization: `Bearer ${key}` });
      if (status !== 403) faults.push(`${operationId} answers a key of scope ${scope}`);
    }
  }
  return faults;
}
