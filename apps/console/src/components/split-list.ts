/** The entries of a list that somebody typed, without blanks around them; empty ones are left out. */
export function splitList(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
