import {
  alertRecordSchema,
  alertsQuerySchema,
  alertUpdateSchema,
  idPathSchema,
  dateSchema,
  pageSchema,
  storableText,
  type AlertRecord,
  type IdPath,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, decodeCursor, type Identity, type Page, pageOf, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Patch } from '@nestjs/common';
import { z } from 'zod';
import { AlertRepository } from './alert-repository';

const placeSchema = z.object({ openedAt: dateSchema, id: storableText() });
const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e:2026-03-01T09:27:00.000Z' };

/** Alerts and what people say of them. */
@Controller('/v1/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertRepository) {}

  @Get()
  @ApiRoute({
    summary: 'List alerts, newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of alerts', schema: pageSchema(alertRecordSchema) } },
  })
  async listAlerts(
    @ZodQuery(alertsQuerySchema) { state, watch, cursor, limit }: z.infer<typeof alertsQuerySchema>,
  ): Promise<Page<AlertRecord>> {
    const after = decodeCursor(cursor, placeSchema);
    const found = await this.alerts.list({ state, watchId: watch, after, limit: limit + 1 });
    return pageOf(found, limit, ({ openedAt, id }) => ({ openedAt, id }));
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One alert',
    scope: 'read',
    responses: { 200: { description: 'The alert', schema: alertRecordSchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  getAlert(@ZodPath(idPathSchema) { id }: IdPath): Promise<AlertRecord> {
    return this.alerts.get(id);
  }

  @Patch(':id')
  @ApiRoute({
    summary: 'Acknowledge an alert, or mark it false',
    description: 'Alerts that people mark false are kept: they are what a better threshold is learned from.',
    scope: 'write',
    responses: { 200: { description: 'The alert', schema: alertRecordSchema } },
    problems: ['not-found'],
    examples: { acknowledge: { acknowledged: true }, false: { falseAlarm: true, note: 'A planned recall, long announced.' } },
    parameters: ID,
  })
  updateAlert(
    @ZodPath(idPathSchema) { id }: IdPath,
    @ZodBody(alertUpdateSchema) { acknowledged, falseAlarm, note }: z.infer<typeof alertUpdateSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<AlertRecord> {
    const acknowledgedBy = acknowledged ? (identity?.name ?? 'anonymous') : undefined;
    return this.alerts.judge(id, { acknowledgedBy, falseAlarm, note });
  }
}
