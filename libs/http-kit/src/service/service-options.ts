import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TopicDefinition } from '@attune/contracts';
import type { z } from 'zod';
import type { HttpConfiguration } from '../configuration/define-configuration';
import type { AsyncApiDocument } from '../documents/asyncapi-document';
import type { OpenApiDocument } from '../documents/openapi-document';
import type { Logger } from '../logging/logger';
import type { ShutdownReport } from '../shutdown/shutdown';

/** What the documents of a service tell. */
export interface ServiceDocuments {
  readonly title: string;
  readonly description: string;
  /** Schemas that get a name of their own in the OpenAPI document, such as `Watch`. */
  readonly schemas?: Readonly<Record<string, z.ZodType>>;
  /** Topics of the AsyncAPI document (`/asyncapi.json`), with an example event each. */
  readonly topics?: readonly DescribedTopic[];
}

/** A topic, what the service does with it, and examples of its events. */
export interface DescribedTopic {
  readonly topic: TopicDefinition;
  readonly action: 'receive' | 'send' | 'both';
  readonly examples?: readonly unknown[];
}

/** What a service is made of. */
export interface ServiceOptions<Configuration extends HttpConfiguration = HttpConfiguration> {
  /** Such as `sentiment-monitor`: the name in logs, metrics and traces. */
  readonly name: string;
  readonly version: string;
  /** What was loaded; features inject it by `@Inject(CONFIGURATION)`. */
  readonly configuration: Configuration;
  readonly module: Type<unknown> | DynamicModule;
  readonly documents: ServiceDocuments;
  /** Media types whose bodies are handed to the handler as a stream, without the limit of a body. */
  readonly streamedMediaTypes?: readonly string[];
  /** Answers are checked against the schemas of their routes; what does not agree is an error 500. For tests. */
  readonly checkAnswers?: boolean;
  /** Default one that writes to the standard output. */
  readonly logger?: Logger;
  /** Runs before the modules are initialised, for what they begin with, such as a WebSocket adapter. */
  readonly configure?: (app: NestFastifyApplication) => void;
  /** Runs when the modules are initialised, before the service listens: connect microservices here. */
  readonly prepare?: (app: NestFastifyApplication) => Promise<void> | void;
}

/** A running service. */
export interface Service {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The OpenAPI 3.1 document of its routes. @throws {AttuneError} `bad-data` where an example does not pass its schema */
  openApi(): OpenApiDocument;
  /** The AsyncAPI 3.0 document of its topics; undefined where it has none. @throws {AttuneError} as `openApi` */
  asyncApi(): AsyncApiDocument | undefined;
  /** Shuts down in order. */
  close(reason?: string): Promise<ShutdownReport>;
}

/** Under this name Nest has the configuration: `@Inject(CONFIGURATION) configuration: MonitorConfiguration`. */
export const CONFIGURATION = Symbol('attune:configuration');

/** Under this name Nest has the documents of the service. */
export const SERVICE_DOCUMENTS = Symbol('attune:service-documents');
