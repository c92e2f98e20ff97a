/** What the process's environment says to the command line. Nothing else in this application reads `process.env`. */
export const environment = {
  /** ATTUNE_DEBUG: errors come with their stack trace. */
  get debug(): boolean {
    return isSet(process.env.ATTUNE_DEBUG);
  },

  /** Colours where the stream is a terminal, NO_COLOR (no-color.org) is not set, or FORCE_COLOR asks for them. */
  hasColours(stream: NodeJS.WriteStream): boolean {
    if (isSet(process.env.NO_COLOR)) return false;
    if (process.env.FORCE_COLOR !== undefined) return process.env.FORCE_COLOR !== '0';
    // A pipe has no isTTY at all, and undefined would leave the choice to the colour library.
    return Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
  },
};

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
