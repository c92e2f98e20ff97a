/** When, and in which language, something of the knowledge holds. */
export interface Applicability {
  readonly locale?: string | undefined;
  readonly validFrom?: string | undefined;
  readonly validUntil?: string | undefined;
}

/**
 * Whether something holds for a conversation.
 *
 * @param locale of the conversation; undefined where it is any
 * @param at milliseconds since the epoch
 */
export function isApplicable({ locale, validFrom, validUntil }: Applicability, wanted: string | undefined, at: number): boolean {
  if (validFrom !== undefined && at < Date.parse(validFrom)) return false;
  if (validUntil !== undefined && at >= Date.parse(validUntil)) return false;
  return locale === undefined || wanted === undefined || language(locale) === language(wanted);
}

function language(locale: string): string {
  return locale.split('-')[0].toLowerCase();
}
