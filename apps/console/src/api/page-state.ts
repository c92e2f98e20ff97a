import { useSyncExternalStore } from 'react';

/** A value that lives as long as the page, outside of any component. */
export interface PageState<Value> {
  get(): Value;
  set(value: Value): void;
  /** The value, and a new rendering when it changes. */
  use(): Value;
}

export function pageState<Value>(initial: Value): PageState<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = (): Value => value;
  return {
    get,
    set: (changed) => {
      value = changed;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
