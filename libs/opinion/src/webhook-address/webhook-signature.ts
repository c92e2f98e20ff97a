import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds by which a delivery's time may differ from the receiver's clock. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/**
 * Signature of a delivery: `v1=` and HMAC-SHA256 (RFC 2104) in hexadecimal over the timestamp, a full stop and the body as it is sent.
 *
 * @param timestamp seconds since 1970
 */
export function signWebhook(secret: string, timestamp: number, body: string | Uint8Array): string {
  const hmac = createHmac('sha256', secret).update(`${timestamp}.`);
  return `v1=${hmac.update(body).digest('hex')}`;
}

export interface WebhookVerification {
  readonly secret: string;
  /** Seconds since 1970, as the delivery says. */
  readonly timestamp: number;
  readonly body: string | Uint8Array;
  readonly signature: string;
  /** Seconds since 1970 at the receiver. */
  readonly now: number;
  readonly toleranceSeconds?: number;
}

/** Whether a delivery is from the holder of the secret and fresh. Takes the same time wherever the signatures differ. */
export function verifyWebhook({ secret, timestamp, body, signature, now, toleranceSeconds }: WebhookVerification): boolean {
  const expected = Buffer.from(signWebhook(secret, timestamp, body));
  const given = Buffer.from(signature);
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
  return isSigned && Math.abs(now - timestamp) <= (toleranceSeconds ?? SIGNATURE_TOLERANCE_SECONDS);
}
