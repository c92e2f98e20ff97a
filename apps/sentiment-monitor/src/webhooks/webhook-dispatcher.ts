import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { signWebhook } from '@attune/opinion';
import type { WebhookAddressGuard } from './webhook-address-guard';
import type { DeliveryResult, DueDelivery, WebhookRepository } from './webhook-repository';

const POLL_MS = 1_000;
/** Deliveries that are posted at once. */
const IN_FLIGHT = 16;
const TIMEOUT_MS = 10_000;
/** Longer than a delivery takes: after it, another instance may take the delivery. */
const LEASE_MS = 60_000;
/** 12 attempts with delays that double from 10 s up to 6 h: given up after about a day. */
const MAX_ATTEMPTS = 12;
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 6 * 60 * 60 * 1_000;

/** Posts the deliveries that are due, each by itself: one that hangs holds up no other. Several instances share the work. */
export class WebhookDispatcher {
  private timer: NodeJS.Timeout | undefined;
  private taking: Promise<void> | undefined;
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    private readonly repository: WebhookRepository,
    private readonly addresses: WebhookAddressGuard,
    private readonly onError: (error: unknown) => void,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  /** Waits for the deliveries in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.taking;
    await Promise.all(this.inFlight);
  }

  private wake(): void {
    if (this.timer === undefined || this.inFlight.size === IN_FLIGHT) return;
    this.taking ??= this.take()
      .catch(this.onError)
      .finally(() => {
        this.taking = undefined;
      });
  }

  private async take(): Promise<void> {
    const free = IN_FLIGHT - this.inFlight.size;
    const due = await this.repository.takeDue(free, LEASE_MS);
    for (const delivery of due) {
      const work = this.deliver(delivery)
        .catch(this.onError)
        .finally(() => {
          this.inFlight.delete(work);
          if (due.length === free) this.wake();
        });
      this.inFlight.add(work);
    }
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    await this.repository.finish(delivery, this.afterAttempt(delivery, await this.post(delivery)));
  }

  private afterAttempt({ attempts }: DueDelivery, outcome: { status?: number; error?: string }): DeliveryResult {
    const delivered = outcome.status !== undefined && outcome.status >= 200 && outcome.status < 300;
    if (delivered || attempts + 1 >= MAX_ATTEMPTS) return { ...outcome, delivered };
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts) * (0.5 + this.random() / 2);
    return { ...outcome, delivered, nextAttemptAt: new Date(Date.now() + delay) };
  }

  /** Redirects are not followed: they could lead to a private address. */
  private post({ url, secret, event, eventId }: DueDelivery): Promise<{ status?: number; error?: string }> {
    const target = new URL(url);
    const refusal = this.addresses.refusal(url);
    if (refusal !== undefined) return Promise.resolve({ error: refusal });
    const body = JSON.stringify(event);
    const timestamp = Math.floor(Date.now() / 1_000);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const request = send(
        target,
        {
          method: 'POST',
          lookup: this.addresses.lookup,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          agent: false,
          headers: {
            'content-type': 'application/cloudevents+json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'attune',
            'attune-delivery': eventId,
            'attune-timestamp': String(timestamp),
            'attune-signature': signWebhook(secret, timestamp, body),
          },
        },
        (response) => {
          response.resume();
          response.once('close', () => resolve({ status: response.statusCode }));
        },
      );
      request.once('error', ({ message }) => resolve({ error: message.slice(0, 300) }));
      request.end(body);
    });
  }
}
