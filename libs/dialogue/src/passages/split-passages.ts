import type { DocumentBlock } from './document-block';

/** A part of a document that is searched by itself. */
export interface SplitPassage {
  /** Of the sections around it, the outermost first. */
  readonly headings: readonly string[];
  readonly sentences: readonly string[];
}

/** How documents are split. */
export interface SplitOptions {
  /** Tokens of a text for the encoder, special ones left out. */
  readonly countTokens: (text: string) => number;
  /** Tokens that the encoder reads of a passage, those of its headings included. */
  readonly budget: number;
  readonly sentencesOf: (text: string) => readonly string[];
}

/** Share of the budget that headings may take, and that a passage may repeat of the one before. */
const HEADINGS = 0.25;
const OVERLAP = 0.25;
const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Splits a document into passages: along its headings, and within a section between sentences, so that the encoder reads each one
 * whole. Where a section takes several passages, each begins with the last sentence of the one before, if that is short: what points
 * back to it is then understood. A sentence beyond the budget is split between words.
 */
export function splitPassages(title: string, blocks: readonly DocumentBlock[], options: SplitOptions): SplitPassage[] {
  return sectionsOf(blocks).flatMap(({ headings, texts }) => {
    const budget = options.budget - contextTokens(title, headings, options);
    const parts = texts.flatMap((text) => options.sentencesOf(text)).flatMap((sentence) => withinBudget(sentence, budget, options));
    return fill(parts, budget).map((sentences) => ({ headings, sentences }));
  });
}

/** The text by which a passage is found: it says what it is about. */
export function passageSearchText(title: string, { headings, sentences }: SplitPassage): string {
  return `${passageContext(title, headings)}\n${joinSentences(sentences)}`;
}

/** Title and headings in one line, each once. */
export function passageContext(title: string, headings: readonly string[]): string {
  return [...new Set([title, ...headings])].join(' › ');
}

/** Sentences as one text: with a space between them where their script has spaces. */
export function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce((text, sentence) => (text === '' ? sentence : text + (endsUnspaced(text) ? '' : ' ') + sentence), '');
}

interface Section {
  readonly headings: readonly string[];
  readonly texts: string[];
}

function sectionsOf(blocks: readonly DocumentBlock[]): Section[] {
  const sections: Section[] = [{ headings: [], texts: [] }];
  let path: { level: number; text: string }[] = [];
  for (const block of blocks) {
    if (block.kind === 'text') sections[sections.length - 1].texts.push(block.text);
    else {
      path = [...path.filter(({ level }) => level < block.level), { level: block.level, text: block.text }];
      sections.push({ headings: path.map(({ text }) => text), texts: [] });
    }
  }
  return sections.filter(({ texts }) => texts.length > 0);
}

/** Long headings are cut by the encoder's own limit, not at the cost of the text. */
function contextTokens(title: string, headings: readonly string[], { countTokens, budget }: SplitOptions): number {
  return Math.min(countTokens(passageContext(title, headings)), Math.floor(budget * HEADINGS));
}

interface Part {
  readonly text: string;
  readonly tokens: number;
}

function withinBudget(sentence: string, budget: number, { countTokens }: SplitOptions): Part[] {
  const whole = { text: sentence, tokens: countTokens(sentence) };
  if (whole.tokens <= budget) return [whole];
  const parts: Part[] = [];
  let text = '';
  let tokens = 0;
  for (const { segment } of words.segment(sentence)) {
    const more = countTokens(segment);
    if (tokens + more > budget && text.trim() !== '') {
      parts.push({ text: text.trim(), tokens });
      text = '';
      tokens = 0;
    }
    text += segment;
    tokens += more;
  }
  return text.trim() === '' ? parts : [...parts, { text: text.trim(), tokens }];
}

function fill(parts: readonly Part[], budget: number): string[][] {
  const passages: Part[][] = [];
  let open: Part[] = [];
  let tokens = 0;
  for (const part of parts) {
    if (open.length > 0 && tokens + part.tokens > budget) {
      passages.push(open);
      const last = open[open.length - 1];
      const repeats = open.length > 1 && last.tokens <= budget * OVERLAP && last.tokens + part.tokens <= budget;
      open = repeats ? [last] : [];
      tokens = repeats ? last.tokens : 0;
    }
    open.push(part);
    tokens += part.tokens;
  }
  if (open.length > 0) passages.push(open);
  return passages.map((passage) => passage.map(({ text }) => text));
}

function endsUnspaced(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}。！？；：，、”』」）]$/u.test(text);
}
