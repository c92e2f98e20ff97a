import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type Document, type Scalar } from 'yaml';
import type { Parameters } from './space';

/** Files that head.yaml names. */
const DATA_FILES = ['train', 'validation', 'test'];

/**
 * A head.yaml with the values of a trial, comments and order kept, without its search space; relative paths lead to the same files from the new
 * folder.
 *
 * @param file the head.yaml that was searched over
 * @param folder where the text will stand
 */
export async function configurationWith(file: string, parameters: Parameters, folder: string): Promise<string> {
  const document = parseDocument(await readFile(file, 'utf8'));
  document.delete('search');
  for (const [path, value] of Object.entries(parameters)) document.setIn(path.split('.'), value);
  movePaths(document, dirname(file), folder);
  return document.toString({ lineWidth: 0 });
}

function movePaths(document: Document, from: string, to: string): void {
  const move = (node: unknown): void => {
    if (isSeq(node)) node.items.forEach(move);
    else if (isScalar(node) && typeof node.value === 'string') moveScalar(node, from, to);
  };
  for (const name of DATA_FILES) move(document.getIn(['data', name], true));
  const tasks = document.get('tasks', true);
  if (isSeq(tasks)) for (const task of tasks.items) if (isMap(task)) for (const name of DATA_FILES) move(task.getIn(['data', name], true));
  const encoder = document.get('encoder', true);
  if (isScalar(encoder) && typeof encoder.value === 'string' && /^\.{1,2}([/\\]|$)/.test(encoder.value)) moveScalar(encoder, from, to);
}

function moveScalar(node: Scalar, from: string, to: string): void {
  const path = String(node.value);
  if (isAbsolute(path) || path === '') return;
  const moved = relative(to, join(from, path));
  node.value = moved.startsWith('.') ? moved : `./${moved}`;
}
