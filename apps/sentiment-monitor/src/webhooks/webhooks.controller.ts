import { idPathSchema, webhookInputSchema, webhookSchema, type IdPath, type Webhook } from '@attune/contracts';
import { ApiRoute, ZodBody, ZodPath } from '@attune/service-kit';
import { Controller, Delete, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { WebhookAddressGuard } from './webhook-address-guard';
import { WebhookRepository, type WebhookInput } from './webhook-repository';

const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' };

/** Where alerts are posted to. */
@Controller('/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhookRepository,
    private readonly addresses: WebhookAddressGuard,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Post alerts to an address',
    description:
      'Each change of an alert is posted as a CloudEvent with the headers `attune-timestamp` (Unix seconds) and `attune-signature`: v1= and the HMAC-SHA256 of "timestamp.body" in hexadecimal. ' +
      'A delivery that is not answered with 2xx is repeated for a day. Private addresses are refused.',
    scope: 'admin',
    responses: { 201: { description: 'Will be posted to', schema: webhookSchema } },
    problems: ['unprocessable'],
    examples: { all: { url: 'https://example.com/hooks/attune', secret: 'a secret of your own making' } },
  })
  async createWebhook(@ZodBody(webhookInputSchema) input: WebhookInput): Promise<Webhook> {
    await this.addresses.assertAllowed(input.url);
    return this.webhooks.create(input);
  }

  @Get()
  @ApiRoute({
    summary: 'List webhooks, with how their last delivery went',
    scope: 'admin',
    responses: { 200: { description: 'All webhooks', schema: z.object({ items: z.array(webhookSchema) }) } },
  })
  async listWebhooks(): Promise<{ items: Webhook[] }> {
    return { items: await this.webhooks.list() };
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Post no more to an address',
    scope: 'admin',
    responses: { 204: { description: 'Deleted, with the deliveries that were due' } },
    problems: ['not-found'],
    parameters: ID,
  })
  deleteWebhook(@ZodPath(idPathSchema) { id }: IdPath): Promise<void> {
    return this.webhooks.delete(id);
  }
}
