/** What a reader of the console chose, kept by the browser; keys are never among it. */
export type Preference = 'language' | 'theme';

export function readPreference<Value extends string>(name: Preference, isValue: (text: string) => text is Value): Value | undefined {
  try {
    const text = localStorage.getItem(`attune.${name}`);
    return text !== null && isValue(text) ? text : undefined;
  } catch {
    // A browser that keeps nothing for this page.
    return undefined;
  }
}

export function savePreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(`attune.${name}`, value);
  } catch {
    // As above: the choice holds until the page is loaded anew.
  }
}
