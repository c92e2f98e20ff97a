/**
 * A name that nothing else has, in hexadecimal digits, such as the key by which a service knows a request that is sent again.
 * `crypto.randomUUID` is missing where the page came over plain HTTP.
 */
export function newKey(bytes = 16): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
