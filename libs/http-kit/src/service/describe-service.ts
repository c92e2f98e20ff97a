import { NestFactory } from '@nestjs/core';
import { openApiDocument, type OpenApiDocument } from '../documents/openapi-document';
import { KitModule } from './kit.module';
import type { ServiceOptions } from './service-options';

/**
 * The OpenAPI 3.1 document of a service that does not run: its modules are looked at, nothing of them is made.
 *
 * @throws {AttuneError} `bad-data` where an example does not pass its schema
 */
export async function describeService({ module, documents, version }: ServiceOptions): Promise<OpenApiDocument> {
  const app = await NestFactory.createApplicationContext(KitModule.forPreview(module), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return openApiDocument(app, documents, version);
}
