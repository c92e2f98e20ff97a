import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentBlock } from '@attune/dialogue';

/** A handbook, and what its readers ask. */
export interface Handbook {
  readonly name: string;
  readonly title: string;
  readonly blocks: readonly DocumentBlock[];
  readonly questions: readonly HandbookQuestion[];
}

/** A question, and the heading of the section that answers it; none answers where it is undefined. */
export interface HandbookQuestion {
  readonly text: string;
  readonly heading: string | undefined;
}

/** The folder of the handbooks, each a file of Markdown by its name. */
export const HANDBOOKS = join(__dirname, 'handbooks');

/** The handbooks that were written for this measurement, in the order of their names. */
export async function readHandbooks(): Promise<Handbook[]> {
  const [, ...rows] = (await readFile(join(__dirname, 'questions.tsv'), 'utf8')).trimEnd().split('\n');
  const asked = rows.map((row) => row.split('\t'));
  const names = (await readdir(HANDBOOKS)).map((file) => file.replace(/\.md$/, '')).sort();
  return Promise.all(
    names.map(async (name) => {
      const blocks = blocksOf(await readFile(join(HANDBOOKS, `${name}.md`), 'utf8'));
      const questions = asked
        .filter(([handbook]) => handbook === name)
        .map(([, heading, text]) => ({ text, heading: heading || undefined }));
      return { name, title: blocks[0].text, blocks, questions };
    }),
  );
}

/** Headings and paragraphs, which is all that the handbooks have. */
function blocksOf(markdown: string): DocumentBlock[] {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map((block): DocumentBlock => {
      const heading = /^(#+) (.*)$/.exec(block);
      return heading === null
        ? { kind: 'text', text: block.replaceAll('\n', ' ') }
        : { kind: 'heading', level: heading[1].length, text: heading[2] };
    });
}
