import type { Dataset, Head, TrainingRequest } from './types';

/** What a column of a data set can be to a training; a head of several tasks has a label for each. */
export type Role = 'text' | 'pair' | 'label' | 'group';
/** A column by role; undefined where the data set has none for it. */
export interface ColumnChoice {
  readonly text: string | undefined;
  readonly pair: string | undefined;
  readonly label: string | undefined;
  readonly group: string | undefined;
  /** By task, of a head with several. */
  readonly labels: Readonly<Record<string, string | undefined>>;
}

/** Names that columns usually have, the most telling first. */
const USUAL: Record<Role, readonly string[]> = {
  text: ['text', 'message', 'utterance', 'sentence', 'query', 'question', 'review', 'comment', 'content', 'body', 'title', '文本', '内容'],
  pair: ['pair', 'entity', 'text2', 'text_b', 'sentence2', 'premise', 'answer', 'company', 'aspect', '实体'],
  label: ['label', 'intent', 'class', 'category', 'sentiment', 'target', 'topic', 'tag', 'score', 'rating', '标签', '类别'],
  group: ['group', 'conversation', 'thread', 'session', 'author', 'user', '分组'],
};

/** Columns that a head has for each role as far as one can tell by the head's configuration, the columns' names and the sample. */
export function suggestColumns(head: Pick<Head, 'columns'>, dataset: Pick<Dataset, 'columns' | 'sample'>): ColumnChoice {
  const taken = new Set<string>();
  const take = (...wanted: (string | undefined)[]): string | undefined => {
    const name = wanted.find((candidate) => candidate !== undefined && dataset.columns.includes(candidate) && !taken.has(candidate));
    if (name !== undefined) taken.add(name);
    return name;
  };
  const named = (role: Role): string[] =>
    USUAL[role].flatMap((usual) => dataset.columns.filter((column) => column.toLowerCase() === usual));
  const { columns } = head;
  const labels = Object.fromEntries(Object.entries(columns.labels).map(([task, own]) => [task, take(own, task)]));
  const text = take(columns.text, ...named('text'), longest(dataset, taken));
  const isSingle = Object.keys(columns.labels).length === 0;
  const label = isSingle ? take(columns.label, ...named('label'), shortest(dataset, taken)) : undefined;
  // A second text changes what is learnt: it is taken only where the head has one, or the name says so.
  return { text, pair: take(columns.pair, ...named('pair').slice(0, columns.pair === undefined ? 1 : 0)), label, group: undefined, labels };
}

/** What a request says of the columns; roles without one are left out. */
export function requestColumns({ labels, ...roles }: ColumnChoice): TrainingRequest['columns'] {
  const set = Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const columns = Object.fromEntries(Object.entries(roles).filter(([, column]) => column !== undefined)) as TrainingRequest['columns'];
  return { ...columns, ...(Object.keys(set).length === 0 ? {} : { labels: set }) };
}

/** Roles without which nothing can be trained, and which have no column. */
export function missingRoles(head: Head, choice: ColumnChoice): ('text' | 'label')[] {
  const labels = Object.keys(head.columns.labels).length === 0 ? [choice.label] : Object.values(choice.labels);
  const hasLabel = head.task === 'matching' || labels.some((column) => column !== undefined);
  return [...(choice.text === undefined ? (['text'] as const) : []), ...(hasLabel ? [] : (['label'] as const))];
}

function longest(dataset: Pick<Dataset, 'columns' | 'sample'>, taken: ReadonlySet<string>): string | undefined {
  return byLength(dataset, taken).at(-1);
}

/** A label is shorter than the text; a lone column is the text. */
function shortest(dataset: Pick<Dataset, 'columns' | 'sample'>, taken: ReadonlySet<string>): string | undefined {
  return byLength(dataset, taken)[0];
}

function byLength({ columns, sample }: Pick<Dataset, 'columns' | 'sample'>, taken: ReadonlySet<string>): string[] {
  const length = (column: string): number => sample.reduce((sum, row) => sum + (row[column] ?? '').length, 0);
  return columns.filter((column) => !taken.has(column)).sort((one, other) => length(one) - length(other));
}
