import { useSyncExternalStore } from 'react';
import { readPreference, savePreference } from './preferences';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (text: string): text is Theme => THEMES.some((theme) => theme === text);
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let chosen: Theme = readPreference('theme', isTheme) ?? 'system';

/** Style sheets know the theme by the attribute `data-theme` of the document. */
function apply(): void {
  document.documentElement.dataset.theme = chosen === 'system' ? (systemDark.matches ? 'dark' : 'light') : chosen;
  for (const listener of listeners) listener();
}

/** Applies the theme that was chosen before, and follows the system's from now on. */
export function startTheme(): void {
  systemDark.addEventListener('change', apply);
  apply();
}

export function chooseTheme(theme: Theme): void {
  chosen = theme;
  savePreference('theme', theme);
  apply();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What was chosen, and whether it is dark now. */
export function useTheme(): { theme: Theme; dark: boolean } {
  const theme = useSyncExternalStore(subscribe, () => chosen);
  const dark = useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme === 'dark');
  return { theme, dark };
}
