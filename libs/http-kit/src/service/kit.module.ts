import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AnswerCheck } from '../api/answer-check.interceptor';
import type { HttpConfiguration } from '../configuration/define-configuration';
import { DocumentsController, type DocumentSource } from '../documents/documents.controller';
import { HealthController } from '../health/health.controller';
import { Readiness } from '../health/readiness';
import { LOGGER, type Logger } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import { MetricsController } from '../metrics/metrics.controller';
import { ProblemFilter } from '../problems/problem.filter';
import { RouteTable } from '../problems/route-table';
import { ApiKeys } from '../security/api-keys';
import { ScopeGuard } from '../security/scope.guard';
import { SocketAccess } from '../security/socket-access';
import { Shutdown } from '../shutdown/shutdown';
import { Tracing } from '../tracing/tracing';
import { CONFIGURATION, SERVICE_DOCUMENTS } from './service-options';

/** What exists before Nest does. */
export interface KitParts {
  readonly configuration: HttpConfiguration;
  readonly logger: Logger;
  readonly apiKeys: ApiKeys;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
  readonly routes: RouteTable;
  readonly documents: DocumentSource;
  readonly checkAnswers: boolean;
}

/** The routes that every service has. */
const CONTROLLERS = [HealthController, MetricsController, DocumentsController];

/** What every module of a service can inject. */
const INJECTABLE = [CONFIGURATION, LOGGER, Metrics, SocketAccess, Tracing, Readiness, Shutdown];

/** What every module of a service can inject, and the routes that every service has. */
@Module({})
export class KitModule {
  static forService(parts: KitParts, service: NonNullable<DynamicModule['imports']>[number]): DynamicModule {
    const shared: Provider[] = [
      { provide: CONFIGURATION, useValue: parts.configuration },
      { provide: LOGGER, useValue: parts.logger },
      { provide: Metrics, useValue: parts.metrics },
      { provide: Tracing, useValue: parts.tracing },
      { provide: SERVICE_DOCUMENTS, useValue: parts.documents },
      { provide: RouteTable, useValue: parts.routes },
      { provide: SocketAccess, useValue: new SocketAccess(parts.apiKeys) },
      { provide: Readiness, useValue: parts.readiness },
      { provide: Shutdown, useValue: parts.shutdown },
    ];
    const everyRequest: Provider[] = [
      { provide: APP_GUARD, useClass: ScopeGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
      ...(parts.checkAnswers ? [{ provide: APP_INTERCEPTOR, useClass: AnswerCheck }] : []),
    ];
    return {
      module: KitModule,
      global: true,
      imports: [service],
      controllers: CONTROLLERS,
      providers: [...shared, ...everyRequest],
      exports: INJECTABLE,
    };
  }

  /** The same around a service that is looked at and does not run: nothing that can be injected is there. */
  static forPreview(service: NonNullable<DynamicModule['imports']>[number]): DynamicModule {
    return {
      module: KitModule,
      global: true,
      imports: [service],
      controllers: CONTROLLERS,
      providers: [...INJECTABLE, SERVICE_DOCUMENTS].map((provide) => ({ provide, useValue: undefined })),
      exports: INJECTABLE,
    };
  }
}
