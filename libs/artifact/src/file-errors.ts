/** The `code` of an error of Node's file functions, such as `ENOENT`; undefined for anything else. */
export function fileErrorCode(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** Whether a file function failed because the file or a folder on its way does not exist. */
export function isMissing(cause: unknown): boolean {
  const code = fileErrorCode(cause);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether a file function failed because the disk, or the user's share of it, is full. */
export function isDiskFull(cause: unknown): boolean {
  const code = fileErrorCode(cause);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
