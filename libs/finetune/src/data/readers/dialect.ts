/** How a delimited file is written. */
export interface Dialect {
  delimiter: string;
  /** Whether a cell that starts with a double quote runs to the closing one. */
  quoted: boolean;
  recordDelimiters: string[];
}

/** Guesses a file's dialect from its first bytes and its extension. */
export function sniffDialect(head: Buffer, format: 'csv' | 'tsv'): Dialect {
  const text = head.toString('utf8');
  const recordDelimiters = text.includes('\n') || !text.includes('\r') ? ['\r\n', '\n'] : ['\r'];
  if (format === 'tsv') return { delimiter: '\t', quoted: isConsistentlyQuoted(text), recordDelimiters };
  const header = text.split(/[\r\n]/, 1)[0];
  const delimiter = header.includes(',') ? ',' : header.includes(';') ? ';' : header.includes('\t') ? '\t' : ',';
  return { delimiter, quoted: true, recordDelimiters };
}

/**
 * Tab-separated text comes in two kinds: without any quoting (IANA text/tab-separated-values; SST-2), where a quote is a letter
 * like others, and CSV-like (spreadsheets, pandas), where a cell with quotes is itself quoted. It is of the second kind if
 * every double quote belongs to a cell that opens and closes with one and doubles those inside.
 */
function isConsistentlyQuoted(text: string): boolean {
  let position = 0;
  let found = false;
  while ((position = text.indexOf('"', position)) >= 0) {
    const before = position === 0 ? '\n' : text[position - 1];
    if (before !== '\t' && before !== '\n' && before !== '\r' && before !== '\uFEFF') return false;
    const end = closingQuote(text, position + 1);
    // The head may end inside a cell; a whole file may not, but one that does fails either way.
    if (end === undefined) return found;
    const after = text[end + 1];
    if (after !== undefined && after !== '\t' && after !== '\n' && after !== '\r') return false;
    found = true;
    position = end + 1;
  }
  return found;
}

function closingQuote(text: string, from: number): number | undefined {
  let end = text.indexOf('"', from);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end < 0 ? undefined : end;
}
