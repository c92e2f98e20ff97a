import type { ConfigurationFault, Environment } from './define-configuration';
import { nearestName } from './nearest-name';

/** Every variable with this prefix is ours, so one that nobody knows is a slip. */
const PREFIX = 'ATTUNE_';

/** Ours, but read by other parts of the project. */
const READ_ELSEWHERE = ['ATTUNE_CACHE', 'ATTUNE_DEBUG'];

/** Names of other programs that are near to ours without being slips. */
const FOREIGN = ['OTEL_EXPORTER_OTLP_ENDPOINTS', 'PORT', 'HOST'];

/** What Kubernetes puts into every container for each service of the namespace, such as `ATTUNE_PORT_8080_TCP_ADDR`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** A shorter name is near to too much that is not meant. */
const LEAST_LENGTH = 8;
const MOST_EDITS = 2;

/** Faults for the variables that nobody reads: those with our prefix, and those that are nearly one of the known names. */
export function* unknownVariables(environment: Environment, known: readonly string[]): Generator<ConfigurationFault> {
  const names = new Set([...known, ...READ_ELSEWHERE, ...FOREIGN]);
  for (const [name, value] of Object.entries(environment)) {
    if (names.has(name) || value === undefined) continue;
    if (SERVICE_LINK.test(name) || (name.endsWith('_PORT') && value.startsWith('tcp://'))) continue;
    const ours = name.toUpperCase().startsWith(PREFIX);
    if (!ours && name.length < LEAST_LENGTH) continue;
    const nearest = nearestName(name, known, ours ? name.length / 3 : MOST_EDITS);
    if (ours || nearest !== undefined) {
      yield { variable: name, message: `is not known${nearest === undefined ? '' : `; did you mean ${nearest}?`}` };
    }
  }
}
