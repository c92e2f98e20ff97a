import { AttuneError } from '@attune/artifact';
import Mustache from 'mustache';

/** What a template asks for. */
export interface TemplateVariables {
  /** Every name in it. */
  readonly names: readonly string[];
  /** Names that stand outside of a section of their own: without their value there would be a hole. */
  readonly needed: readonly string[];
  /** The text between the tags, for search. */
  readonly text: string;
}

type Token = ReturnType<typeof Mustache.parse>[number];

const NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Reads a template of an answer: Mustache (mustache(5)) with variables and sections alone, which cannot run code. Partials, other
 * delimiters and unescaped values are refused.
 *
 * @throws AttuneError `bad-data` that says what is wrong with it
 */
export function parseTemplate(template: string): TemplateVariables {
  const names = new Set<string>();
  const needed = new Set<string>();
  let text = '';
  const read = (tokens: readonly Token[], inside: readonly string[]): void => {
    for (const token of tokens) {
      const [kind, value] = token;
      if (kind === 'text') text += value;
      else if (kind === 'name' || kind === '#' || kind === '^') {
        assertName(value);
        names.add(value);
        if (kind === 'name' && !inside.includes(value)) needed.add(value);
        if (kind !== 'name') read(token[4] as unknown as Token[], kind === '#' ? [...inside, value] : inside);
      } else if (kind !== '!') throw refused(`{{${kind}${value}}} is not allowed`);
    }
  };
  read(parsed(template), []);
  return { names: [...names], needed: [...needed], text };
}

/** The text of a template with its values, escaped for HTML; a name without a value is empty. */
export function renderTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const view = Object.assign(Object.create(null) as Record<string, string>, values);
  return Mustache.render(template, view, {}, { escape: (value) => String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]) });
}

function parsed(template: string): Token[] {
  if (/\{\{\s*=/.test(template)) throw refused('delimiters cannot be changed');
  try {
    return Mustache.parse(template);
  } catch (cause) {
    throw refused(cause instanceof Error ? cause.message : 'it cannot be read', cause);
  }
}

function assertName(name: string): void {
  if (!NAME.test(name)) throw refused(`"${name}" is no name such as orderNumber`);
}

function refused(why: string, cause?: unknown): AttuneError {
  return new AttuneError('bad-data', `The template is not valid: ${why}.`, {
    remedy: 'Write {{name}} for a value, and {{#name}}…{{/name}} around what is said only where there is one.',
    cause,
  });
}
