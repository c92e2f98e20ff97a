export { AttuneError, type ErrorCode } from '@attune/errors';
