import { pageState } from './page-state';

/** The services that the console speaks to. */
export const SERVICES = ['customer-service', 'sentiment-monitor', 'recommender', 'trainer'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** API keys by service. They are kept in memory alone: a page that is loaded anew asks for them again. */
export type Keys = Readonly<Partial<Record<ServiceName, string>>>;

const keys = pageState<Keys>({});

/** The key that a service is called with; undefined where none was given. */
export function keyOf(service: ServiceName): string | undefined {
  return keys.get()[service];
}

/** Uses other keys from now on; empty ones are left out. */
export function setKeys(given: Keys): void {
  keys.set(Object.fromEntries(Object.entries(given).filter(([, key]) => key !== '')));
}

/** The keys, and a new rendering when they change. */
export function useKeys(): Keys {
  return keys.use();
}
