import type { DocumentContent } from './block-builder';
import { readHtml } from './html-content';

/** What many tools write before a Markdown file: YAML between two lines of dashes. */
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
const TITLE = /^title:[ \t]*(["']?)(.+?)\1[ \t]*$/m;

/** The text of Markdown (GitHub's flavour) by its headings and blocks. HTML in it is read as HTML. */
export async function readMarkdown(markdown: string): Promise<DocumentContent> {
  const { marked } = await import('marked');
  const front = FRONT_MATTER.exec(markdown);
  const html = await marked.parse(front === null ? markdown : markdown.slice(front[0].length), { gfm: true, async: false });
  const { title, blocks } = await readHtml(html);
  return { title: TITLE.exec(front?.[1] ?? '')?.[2].trim() ?? title, blocks };
}
