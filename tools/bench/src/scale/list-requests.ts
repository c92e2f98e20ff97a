import { USERS } from '../recommendation/benchmark-recommendation';

/** Bodies that ask for a list of ten for each reader, in an order in which neighbours read different things. */
export function listRequests(): string[] {
  return Array.from({ length: USERS }, (_, number) => JSON.stringify({ user: `reader-${(number * 7_919) % USERS}`, limit: 10 }));
}
