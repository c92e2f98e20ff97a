/** A sentence by its UTF-16 offsets; without white space around it. */
export interface SentenceSpan {
  readonly start: number;
  readonly end: number;
}

/** The rules of Unicode's UAX 29 alone; no locale's. */
const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' });

/** Abbreviations that stand before what they belong to, never at an end. Before a capital, UAX 29 takes their dot for an end. */
const BEFORE_NAME =
  /(?:^|[\s("'])(?:mr|mrs|ms|messrs|dr|prof|st|gen|sen|rep|gov|hon|pres|capt|col|lt|sgt|rev|vs|v|no|nos|fig|approx|ca|cf|e\.g|i\.e|al|jr|sr|est|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\.\s*$/iu;

/** Abbreviations of companies and initials: an end only where a new sentence plainly begins. */
const COMPANY_FORM = /(?:^|[\s(,&])(?:inc|corp|co|ltd|llc|plc|cos|bros|mfg|intl|s\.a|n\.v|a\.g|s\.p\.a)\.\s*$/iu;
const INITIALS = /(?:^|[\s("'])(?:\p{L}\.)+\s*$/u;

/** What rather begins a sentence than goes on with a name or a number. */
const OPENS_SENTENCE =
  /^(?:the|a|an|it|its|he|she|they|we|i|you|this|that|these|those|in|on|at|but|and|however|analysts?|shares?|meanwhile|for|after|as|there|what|why|how|when|while|if|our|their|his|her|both|some|many|more|most|no|not|despite|although|revenue|sales|profits?)\b/iu;

/** Items of a list, also without a full stop, stand on lines of their own. */
const LINE = /[^\n\r\u2028\u2029]+/g;
const BULLET = /^\s*(?:[-*•‣◦–—·]|\d{1,2}[.)])\s+/u;

/**
 * Splits a text into sentences by UAX 29 (`Intl.Segmenter`), with its usual mistakes mended: titles and initials before names, "Inc." in
 * mid-sentence, "No. 5", tickers and decimal numbers with a dot, items of lists. A line break ends a sentence, unless the line plainly
 * goes on (a wrapped line: the next begins in lower case and is no item).
 */
export function splitSentences(text: string): SentenceSpan[] {
  const spans: SentenceSpan[] = [];
  for (const { start, end } of paragraphs(text)) {
    const paragraph = text.slice(start, end);
    let open: number | undefined;
    for (const { segment, index } of segmenter.segment(paragraph)) {
      open ??= index;
      const after = index + segment.length;
      if (after < paragraph.length && goesOn(paragraph.slice(Math.max(open, after - 40), after), paragraph.slice(after, after + 24)))
        continue;
      push(spans, text, start + open, start + after);
      open = undefined;
    }
    if (open !== undefined) push(spans, text, start + open, end);
  }
  return spans;
}

function push(spans: SentenceSpan[], text: string, from: number, to: number): void {
  let start = from;
  let end = to;
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  if (start < end) spans.push({ start, end });
}

/** Whether a sentence goes on over what looked like its end. */
function goesOn(before: string, after: string): boolean {
  if (/[\n\r\u2028\u2029]\s*$/u.test(before)) return !/^\s*$/.test(after) && /^\p{Ll}/u.test(after);
  if (!/\.\s*$/.test(before)) return false;
  if (BEFORE_NAME.test(before)) return !/(?:^|\s)no\.\s*$/iu.test(before) || /^\d/.test(after);
  if (/^[\p{Ll}\d,;)%]/u.test(after) && !/\d\.\s+$/.test(before)) return COMPANY_FORM.test(before) || INITIALS.test(before);
  return (COMPANY_FORM.test(before) || INITIALS.test(before)) && !OPENS_SENTENCE.test(after);
}

/** Runs of lines that belong together: a wrapped line goes on where the next begins in lower case. */
function paragraphs(text: string): SentenceSpan[] {
  const runs: { start: number; end: number }[] = [];
  for (const match of text.matchAll(LINE)) {
    const last = runs.at(-1);
    const isWrapped = last !== undefined && match.index - last.end <= 2 && /^\s*\p{Ll}/u.test(match[0]) && !BULLET.test(match[0]);
    if (isWrapped) last.end = match.index + match[0].length;
    else runs.push({ start: match.index, end: match.index + match[0].length });
  }
  return runs;
}
