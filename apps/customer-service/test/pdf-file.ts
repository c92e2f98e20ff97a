/** A line of a page of a PDF. */
export interface PdfTestLine {
  readonly text: string;
  /** Of its letters, in points. */
  readonly size: number;
  /** Points below the line before. */
  readonly below: number;
}

export interface PdfTestFile {
  readonly pages: readonly (readonly PdfTestLine[])[];
  readonly title?: string;
  /** Needs a password that nobody knows. */
  readonly isEncrypted?: boolean;
  /** Wants this program to be run when it is opened. */
  readonly script?: string;
  /** Letters beyond those of Helvetica have the numbers of this table, which is not in the file. */
  readonly table?: 'GBK-EUC-H';
}

const TOP = 780;
const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';
/** Entries of a section of a CMap. */
const MOST_MAPPINGS = 100;

/** A PDF (ISO 32000-1) with text in Helvetica, or where that lacks letters of it in a composite font. */
export function pdfFile({ pages, title, isEncrypted = false, script, table }: PdfTestFile): Buffer {
  const objects: string[] = [];
  const add = (body: string): string => `${objects.push(body)} 0 R`;
  const letters = lettersOf(pages.flatMap((lines) => lines.map(({ text }) => text)));
  const font = letters === undefined ? add(HELVETICA) : addCompositeFont(letters, table, add);
  const write = letters === undefined ? literal : (text: string) => glyphs(text, letters);
  const contents = pages.map((lines) => add(stream(drawingOf(lines, write))));
  const parent = `${objects.length + pages.length + 1} 0 R`;
  const kids = contents.map((content) =>
    add(`<< /Type /Page /Parent ${parent} /MediaBox [0 0 595 842] /Contents ${content} /Resources << /Font << /F ${font} >> >> >>`),
  );
  const tree = add(`<< /Type /Pages /Count ${kids.length} /Kids [${kids.join(' ')}] >>`);
  const action = script === undefined ? '' : ` /OpenAction << /S /JavaScript /JS ${literal(script)} >>`;
  const root = add(`<< /Type /Catalog /Pages ${tree}${action} >>`);
  const info = title === undefined ? '' : ` /Info ${add(`<< /Title <feff${utf16(title)}> >>`)}`;
  const hash = `<${'5a'.repeat(32)}>`;
  const encrypt = isEncrypted ? ` /Encrypt ${add(`<< /Filter /Standard /V 1 /R 2 /P -4 /O ${hash} /U ${hash} >>`)} /ID [<00> <00>]` : '';
  return assemble(objects, `/Root ${root}${info}${encrypt}`);
}

/** A page a list of texts: each a paragraph of body size. */
export function bodyLines(...texts: readonly string[]): PdfTestLine[] {
  return texts.map((text) => ({ text, size: 11, below: 40 }));
}

function assemble(objects: readonly string[], trailer: string): Buffer {
  let file = '%PDF-1.4\n';
  const offsets = objects.map((body, place) => {
    const offset = file.length;
    file += `${place + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  file += `trailer\n<< /Size ${objects.length + 1} ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

/** The different letters of texts, whose places are their glyphs; undefined where Helvetica has them all. */
function lettersOf(texts: readonly string[]): readonly string[] | undefined {
  const letters = [...new Set(texts.flatMap((text) => [...text]))];
  return letters.every((letter) => letter < '\u0100') ? undefined : letters;
}

/**
 * A font of two bytes a glyph, as programs write it that take a subset of a Chinese font along: numbers of glyphs (Identity-H), which say
 * nothing by themselves, and what letters they stand for (ToUnicode).
 */
function addCompositeFont(letters: readonly string[], table: string | undefined, add: (body: string) => string): string {
  const mappings = letters.map((letter, place) => `<${hexOf(place + 1)}> <${utf16(letter)}>`);
  const sections: string[] = [];
  for (let start = 0; start < mappings.length; start += MOST_MAPPINGS) {
    const section = mappings.slice(start, start + MOST_MAPPINGS);
    sections.push(`${section.length} beginbfchar\n${section.join('\n')}\nendbfchar`);
  }
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${sections.join('\n')}\nendcmap end end`;
  const toUnicode = add(stream(map));
  const system = `<< /Registry (Adobe) /Ordering (${table === undefined ? 'Identity' : 'GB1'}) /Supplement 0 >>`;
  const descriptor = add(
    '<< /Type /FontDescriptor /FontName /Songti /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /StemV 80 >>',
  );
  const glyphs = add(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Songti /CIDSystemInfo ${system} /FontDescriptor ${descriptor} /DW 1000 /CIDToGIDMap /Identity >>`,
  );
  const encoding = table === undefined ? `/Identity-H /ToUnicode ${toUnicode}` : `/${table}`;
  return add(`<< /Type /Font /Subtype /Type0 /BaseFont /Songti /DescendantFonts [${glyphs}] /Encoding ${encoding} >>`);
}

function glyphs(text: string, letters: readonly string[]): string {
  return `<${[...text].map((letter) => hexOf(letters.indexOf(letter) + 1)).join('')}>`;
}

function utf16(text: string): string {
  return Array.from({ length: text.length }, (_, place) => hexOf(text.charCodeAt(place))).join('');
}

function hexOf(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function drawingOf(lines: readonly PdfTestLine[], write: (text: string) => string): string {
  let y = TOP;
  const drawn = lines.map(({ text, size, below }) => {
    y -= below;
    return `/F ${size} Tf 1 0 0 1 60 ${y} Tm ${write(text)} Tj`;
  });
  return `BT ${drawn.join(' ')} ET`;
}

function stream(content: string): string {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

function literal(text: string): string {
  return `(${text.replace(/[\\()]/g, '\\$&')})`;
}
