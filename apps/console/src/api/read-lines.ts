import { readText } from './read-text';

/** The lines of an answer as they come, such as the progress of an import (NDJSON); empty ones are left out. */
export async function* readLines(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const text of readText(response)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
