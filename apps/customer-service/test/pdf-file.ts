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
}

const TOP = 780;

/** A PDF (ISO 32000-1) with text in Helvetica. */
export function pdfFile({ pages, title, isEncrypted = false, script }: PdfTestFile): Buffer {
  const objects: string[] = [];
  const add = (body: string): string => `${objects.push(body)} 0 R`;
  const font = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  const contents = pages.map((lines) => add(stream(drawingOf(lines))));
  const parent = `${objects.length + pages.length + 1} 0 R`;
  const kids = contents.map((content) =>
    add(`<< /Type /Page /Parent ${parent} /MediaBox [0 0 595 842] /Contents ${content} /Resources << /Font << /F ${font} >> >> >>`),
  );
  const tree = add(`<< /Type /Pages /Count ${kids.length} /Kids [${kids.join(' ')}] >>`);
  const action = script === undefined ? '' : ` /OpenAction << /S /JavaScript /JS ${literal(script)} >>`;
  const root = add(`<< /Type /Catalog /Pages ${tree}${action} >>`);
  const info = title === undefined ? '' : ` /Info ${add(`<< /Title ${literal(title)} >>`)}`;
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

function drawingOf(lines: readonly PdfTestLine[]): string {
  let y = TOP;
  const drawn = lines.map(({ text, size, below }) => {
    y -= below;
    return `/F ${size} Tf 1 0 0 1 60 ${y} Tm ${literal(text)} Tj`;
  });
  return `BT ${drawn.join(' ')} ET`;
}

function stream(content: string): string {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

function literal(text: string): string {
  return `(${text.replace(/[\\()]/g, '\\$&')})`;
}
