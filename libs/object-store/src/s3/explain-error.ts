import { AttuneError } from '@attune/artifact';

/** What an error of the client says of itself. */
interface ClientError {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

const CREDENTIALS_REMEDY =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN for temporary ones), name a profile with AWS_PROFILE, or run with a role that has them.';
const REGION_REMEDY = 'Set AWS_REGION to the region of the bucket; for a server that has no regions, us-east-1.';

const REFUSED_CREDENTIALS = new Set([
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'TokenRefreshRequired',
  'XAdminUserNotFound',
]);
const OTHER_REGION = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);

/** What the client's error says; undefined fields where it says nothing. */
export function clientError(cause: unknown): ClientError {
  if (!(cause instanceof Error)) return { name: 'Error', message: String(cause), status: undefined };
  const metadata: unknown = '$metadata' in cause ? cause.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  // Of several addresses that do not answer, Node's error has the reasons in a list, and no message.
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
  const message = cause.message === '' && first instanceof Error ? first.message : cause.message;
  return { name: cause.name, message, status: typeof status === 'number' ? status : undefined };
}

/**
 * Says in words what an error of S3 means and what can be done about it.
 *
 * @param store address of the model store
 * @param action what was tried, as an infinitive: `read support/current`
 */
export function explainError(cause: unknown, store: string, bucket: string, action: string): AttuneError {
  if (cause instanceof AttuneError) return cause;
  const { name, message, status } = clientError(cause);
  const failed = (code: 'bad-config' | 'dependency-unavailable', why: string, remedy: string): AttuneError =>
    new AttuneError(code, `The model store ${store}: ${why}`, { remedy, cause });
  if (name === 'NoSuchBucket') {
    return failed(
      'bad-config',
      `there is no bucket ${bucket}.`,
      'Make the bucket, or correct ATTUNE_MODELS, AWS_ENDPOINT_URL and AWS_REGION.',
    );
  }
  if (name === 'CredentialsProviderError') return failed('bad-config', 'there are no credentials to reach it with.', CREDENTIALS_REMEDY);
  if (message.includes('Region is missing')) return failed('bad-config', 'its region is not known.', REGION_REMEDY);
  if (REFUSED_CREDENTIALS.has(name))
    return failed('bad-config', `the server does not accept the credentials (${name}).`, CREDENTIALS_REMEDY);
  if (OTHER_REGION.has(name) || status === 301) return failed('bad-config', `the bucket lies in another region (${name}).`, REGION_REMEDY);
  if (name === 'NotImplemented' || status === 501) return withoutConditions(store, cause);
  if (name === 'AccessDenied' || status === 401 || status === 403) {
    return failed(
      'bad-config',
      `the credentials may not ${action}.`,
      'Allow s3:ListBucket on the bucket and s3:GetObject on its objects; to publish and promote, s3:PutObject and s3:DeleteObject as well.',
    );
  }
  return failed(
    'dependency-unavailable',
    `it could not ${action}: ${status === undefined ? '' : `status ${status}, `}${name === 'Error' ? '' : `${name}: `}${message}`,
    'Check that the server answers, and AWS_ENDPOINT_URL where it is not AWS; then try again.',
  );
}

/** The server does not know conditional writes, on which it depends that one of two promotions wins. */
export function withoutConditions(store: string, cause?: unknown): AttuneError {
  return new AttuneError(
    'bad-config',
    `The model store ${store}: the server does not heed conditional writes (If-Match and If-None-Match).`,
    {
      remedy: 'Use a server that does, or a later version of it: AWS S3, MinIO, Ceph, SeaweedFS and Versity S3 Gateway do at present.',
      cause,
    },
  );
}
