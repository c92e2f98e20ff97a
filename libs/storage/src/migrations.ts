/** Migrations that belong together. */
export interface MigrationFolder {
  /** Under which name the database remembers them: changed, they would run anew. */
  readonly name: string;
  readonly folder: string;
}
