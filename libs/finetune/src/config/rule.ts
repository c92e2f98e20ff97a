/** A rule across fields of a configuration: the key at fault, and what is wrong with it, or nothing. */
export interface Rule<Subject> {
  path: readonly string[];
  fault: (subject: Subject) => string | undefined;
}
