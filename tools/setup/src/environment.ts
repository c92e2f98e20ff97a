/** What the process's environment says to the set-up. Nothing else in this package reads `process.env`. */
export const environment = {
  /** CXX, the customary name of the C++ compiler to use. */
  get compiler(): string | undefined {
    const compiler = process.env.CXX;
    return compiler === '' ? undefined : compiler;
  },

  /** The environment of a child process: this one's, with changes. */
  withChanges(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return { ...process.env, ...changes };
  },

  /** PATH with a folder put first, so that its programs are found. */
  pathWith(folder: string): string {
    return `${folder}:${process.env.PATH ?? ''}`;
  },
};
