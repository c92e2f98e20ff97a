/** User and password inside an address, such as `postgresql://user:password@host`. */
const CREDENTIALS_IN_ADDRESS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;

/** API keys of ours, as `attune api-key create` makes them. */
const API_KEY = /\battune_[\w-]{20,}/g;

/** A text without the credentials of addresses and without API keys. */
export function redactSecrets(text: string): string {
  return text.replace(CREDENTIALS_IN_ADDRESS, '$1[redacted]@').replace(API_KEY, '[redacted]');
}
