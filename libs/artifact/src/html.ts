import { decodeHTMLStrict } from 'entities';

/** Elements inside a line: their tags vanish without a trace, so that `<b>part</b>ly` stays one word. */
const INLINE_ELEMENTS = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q rb rp rt rtc ruby s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
);

/** Elements whose tags leave a space: a line or a block ends there. */
const BLOCK_ELEMENTS = new Set(
  (
    'address applet area article aside audio base basefont blockquote body br button canvas caption center col colgroup data datalist dd details dialog ' +
    'dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe img input label legend ' +
    'li link main map menu meta meter nav noframes noscript object ol optgroup option output p param picture pre progress script section select source ' +
    'style summary svg table tbody td template textarea tfoot th thead time title tr track ul video'
  ).split(' '),
);

/** Elements whose content is not text. */
const OPAQUE_ELEMENTS = ['script', 'style'];

/**
 * One tag from its `<`, with attributes as HTML writes them. What merely looks like a tag (`a <b and c`, `x<y>z`) is left alone
 * where it does not end, or its name is no element's.
 */
const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'=<>`]+))?)*\s*\/?>/y;

/**
 * The text of a fragment of HTML: comments, scripts and style sheets are left out, tags removed (those of blocks and lines, such as
 * `<br />`, become a space), and then entities decoded once, by the WHATWG's table. Takes time linear in the length.
 */
export function htmlToText(html: string): string {
  return decodeHTMLStrict(html.includes('<') ? removeTags(html) : html);
}

function removeTags(html: string): string {
  const kept: string[] = [];
  const closings = new Closings(html);
  let from = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    const tag = tagAt(html, at, closings);
    if (tag === undefined) {
      at++;
      continue;
    }
    kept.push(html.slice(from, at), tag.replacement);
    from = at = tag.end;
  }
  kept.push(html.slice(from));
  return kept.join('');
}

function tagAt(html: string, at: number, closings: Closings): { end: number; replacement: string } | undefined {
  if (html.startsWith('<!--', at)) {
    const end = closings.find('-->', at + 4);
    return end === undefined ? undefined : { end: end + 3, replacement: ' ' };
  }
  TAG.lastIndex = at;
  const match = TAG.exec(html);
  if (match === null) return undefined;
  const name = match[2].toLowerCase();
  const end = at + match[0].length;
  if (OPAQUE_ELEMENTS.includes(name) && match[1] === '') {
    const closing = closings.find(`</${name}>`, end);
    return { end: closing ?? end, replacement: ' ' };
  }
  if (INLINE_ELEMENTS.has(name)) return { end, replacement: '' };
  return BLOCK_ELEMENTS.has(name) ? { end, replacement: ' ' } : undefined;
}

/** Finds ends of comments and scripts, and remembers which do not come any more, so that a hostile text is not searched again and again. */
class Closings {
  private readonly absent = new Set<string>();
  private lowerCase: string | undefined;

  constructor(private readonly html: string) {}

  find(closing: string, from: number): number | undefined {
    if (this.absent.has(closing)) return undefined;
    // ASCII letters alone: other letters may change their length in lower case, and with it every position.
    this.lowerCase ??= this.html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    const found = this.lowerCase.indexOf(closing, from);
    if (found !== -1) return found;
    this.absent.add(closing);
    return undefined;
  }
}
