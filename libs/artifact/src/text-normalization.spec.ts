import fc from 'fast-check';
import { normalizeText, textNormalizationSchema, type TextCleaning, type TextNormalization } from './text-normalization';

const defaults = textNormalizationSchema.parse({});
const masking: TextNormalization = { ...defaults, maskUrls: true, maskMentions: true };

describe('normalizeText', () => {
  it.each([
    ['a line break is a space', 'good film<br /><br/>bad end<BR>', 'good film bad end'],
    ['inline tags vanish', 'a <b>part</b>ly <span class="x y" data-z=1>bold</span> word', 'a partly bold word'],
    ['blocks are apart', '<p>one</p><p>two</p><ul><li>three</li></ul>', 'one two three'],
    ['scripts and comments are no text', 'x<script type="a">if (1<2) y()</script><!-- <b> -->z<STYLE>p{}</style>', 'x z'],
    ['entities are decoded once', 'Tom &amp; J&eacute;r&#244;me &lt;3 &#x1F642; &amp;amp;&nbsp;end', 'Tom & Jérôme <3 🙂 &amp; end'],
    ['an escaped tag is text', 'write &lt;br&gt; for a break', 'write <br> for a break'],
    ['signs of comparison stay', 'a < b, c > d, x<y>z, 1<2, i <3 you, <John Doe>', 'a < b, c > d, x<y>z, 1<2, i <3 you, <John Doe>'],
    ['no semicolon, no entity', 'AT&T R&D ?a=1&copy=2', 'AT&T R&D ?a=1&copy=2'],
    ['control characters go', 'a\u0000b\u0007c\ufeffd\u200be\u202ef\u00adg', 'abcdefg'],
    ['joiners stay', '👨\u200d👩\u200d👧 می\u200cخواهم', '👨\u200d👩\u200d👧 می\u200cخواهم'],
    ['white space of every kind', '  a\u00a0\u2003b\u3000c\r\n\td\u0085e ', 'a b c d e'],
    ['composed', 'Cre\u0301me', 'Créme'],
    ['lone surrogates', 'a\ud800b', 'a\ufffdb'],
    ['Chinese', '我的包裹在哪里？<br>谢谢', '我的包裹在哪里？ 谢谢'],
  ])('%s', (_, text, expected) => {
    expect(normalizeText(text, defaults)).toBe(expected);
  });

  it.each([
    ['see https://example.org/a?b=c&d=1.', 'see url.'],
    ['看http://example.org/页', '看url页'],
    ['看 http://example.org/这里 WWW.Example.org!', '看 url这里 url!'],
    ['hi @some_one, @Ünal: mail a.b@example.org', 'hi @user, @user: mail a.b@example.org'],
  ])('masks URLs and names in %s', (text, expected) => {
    expect(normalizeText(text, masking)).toBe(expected);
  });

  it('leaves a text alone when everything is off', () => {
    const off: TextCleaning = {
      unicode: 'none',
      controlCharacters: false,
      html: false,
      whitespace: false,
      maskUrls: false,
      maskMentions: false,
    };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => normalizeText(text, off) === text.replace(/\p{Surrogate}/gu, '\ufffd')),
    );
  });

  it('gives a text that it would leave as it is (HTML apart, which is decoded once)', () => {
    const options = fc.record({
      unicode: fc.constantFrom('NFC' as const, 'NFKC' as const, 'none' as const),
      controlCharacters: fc.boolean(),
      html: fc.constant(false),
      whitespace: fc.boolean(),
      maskUrls: fc.boolean(),
      maskMentions: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), options, (text, chosen) => {
        const once = normalizeText(text, chosen);
        expect(normalizeText(once, chosen)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves neither control characters nor double spaces, whatever comes', () => {
    const markup = fc.constantFrom(
      '<',
      '>',
      '<br>',
      '</p>',
      '<!--',
      '-->',
      '<script>',
      '&',
      '&amp;',
      '&#7;',
      '&lt;',
      '\u0000',
      '  ',
      '"',
      '=',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(markup, fc.string({ unit: 'binary', maxLength: 4 }))), (parts) => {
        const text = normalizeText(parts.join(''), defaults);
        expect(text).not.toMatch(/\p{Cc}|\s\s|^\s|\s$/u);
        expect(text).toBe(text.normalize('NFC'));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['<!--', '<script>', '<b ', '<b a', '<b a=', '<b a="', '&', '&#', '<', 'www.', 'http://', '@', ' ', '\u0000', '<a b c '])(
    'takes linear time over a megabyte of %j',
    (part) => {
      const started = performance.now();
      normalizeText(part.repeat(1_000_000 / part.length), masking);
      normalizeText('<a' + part.repeat(1_000_000 / part.length), masking);
      // Quadratic time would be minutes; linear time is a second on an idle machine.
      expect(performance.now() - started).toBeLessThan(30_000);
    },
  );

  it('puts a text into the template, as it stands after cleaning, and leaves nothing as nothing', () => {
    const options = textNormalizationSchema.parse({ template: 'query: {text}' });
    expect(normalizeText('  costs  $& {text} ', options)).toBe('query: costs $& {text}');
    expect(normalizeText('   ', options)).toBe('');
    expect(() => textNormalizationSchema.parse({ template: 'query' })).toThrow(/slot {text} once/);
  });
});
