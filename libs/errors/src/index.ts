export { AttuneError, type ErrorCode } from './errors';
