import { AttuneError } from '@attune/artifact';
import type { BaseConfiguration } from '../configuration/define-configuration';
import type { Service, ServiceOptions } from './service-options';

/**
 * Starts a service: Nest on Fastify with everything of this library, listening.
 *
 * @throws {AttuneError} `bad-config` where it cannot listen
 */
export function createService<Configuration extends BaseConfiguration>(options: ServiceOptions<Configuration>): Promise<Service> {
  return Promise.reject(new AttuneError('setup-missing', `${options.name} cannot start.`));
}
