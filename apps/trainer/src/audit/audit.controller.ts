import { auditEntrySchema, auditQuerySchema, pageSchema, type AuditEntry } from '@attune/contracts';
import { ApiRoute, type Page, ZodQuery } from '@attune/service-kit';
import { Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { AuditRepository } from './audit-repository';

/** Who did what. */
@Controller('/v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditRepository) {}

  @Get()
  @ApiRoute({
    summary: 'Who uploaded, trained, promoted and rolled back, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of entries', schema: pageSchema(auditEntrySchema) } },
  })
  listAudit(@ZodQuery(auditQuerySchema) query: z.infer<typeof auditQuerySchema>): Promise<Page<AuditEntry>> {
    return this.audit.list(query);
  }
}
