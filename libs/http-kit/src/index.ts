export { decodeCursor } from './api/cursor';
export { readNdjson } from './api/ndjson';
export { pageOf, type Page } from './api/page';
export { ApiRoute, type RouteDescription, type RouteResponse } from './api/route-description';
export { ZodBody, ZodPath, ZodQuery } from './api/zod-parameters';
export {
  defineConfiguration,
  type ConfigurationDefinition,
  type ConfigurationFault,
  type ConfigurationOf,
  type ConfigurationRule,
  type Environment,
  type HttpConfiguration,
  type VariableDescription,
} from './configuration/define-configuration';
export {
  booleanText,
  commaSeparated,
  decimalNumber,
  variable,
  wholeNumber,
  type Variable,
  type Variables,
  type VariableValues,
} from './configuration/variable';
export { asyncApiDocument, type AsyncApiDocument, type AsyncApiInfo } from './documents/asyncapi-document';
export { openApiDocument, type OpenApiDocument } from './documents/openapi-document';
export { Readiness, type ReadinessCheck, type ReadinessReport } from './health/readiness';
export { answerWithRows } from './http/ndjson-answer';
export { beginRawAnswer } from './http/raw-answer';
export { sendEvents, type ServerSentEvent } from './http/server-sent-events';
export { createLogger, LOGGER, type Logger, type LoggerSettings } from './logging/logger';
export { Metrics } from './metrics/metrics';
export { PolledChanges } from './polling/polled-changes';
export { RepeatedWork } from './polling/repeated-work';
export { HttpProblem, PROBLEM_KINDS, type ProblemCode, type ProblemDetails, type ProblemFault } from './problems/http-problem';
export { ClientGoneError, ClientSignal, clientSignal } from './request/client-signal';
export { currentContext, currentTraceparent, runInContext, workContext, type WorkContext } from './request/request-context';
export { createApiKey, type Identity } from './security/api-key';
export { parseApiKeyEntries, type ApiKeyEntries } from './security/api-key-entries';
export { CurrentIdentity } from './security/current-identity';
export { isLoopback } from './security/loopback';
export { Public, RequiresScope } from './security/required-scope';
export { includesScope, SCOPES, type Scope } from './security/scope';
export { SocketAccess } from './security/socket-access';
export { createService } from './service/create-service';
export { made } from './service/made';
export { runService } from './service/run-service';
export { CONFIGURATION, type DescribedTopic, type Service, type ServiceDocuments, type ServiceOptions } from './service/service-options';
export { Shutdown, SHUTDOWN_PHASES, type ShutdownPhase, type ShutdownReport, type ShutdownStep } from './shutdown/shutdown';
export { Tracing, type OpenSpan, type SpanDescription } from './tracing/tracing';
