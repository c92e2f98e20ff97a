/** What the set-up is doing, for whoever shows it. */
export type SetupEvent =
  /** A piece of work begins: `Downloading tensorflow-cpu 2.21.0`. */
  | { readonly type: 'step'; readonly name: string }
  /** How far the step is, in bytes. */
  | { readonly type: 'progress'; readonly name: string; readonly done: number; readonly total: number }
  /** Something the reader should know: a fallback, a wait for another process. */
  | { readonly type: 'note'; readonly message: string };

/** What every step of the set-up is handed. */
export interface SetupContext {
  readonly report: (event: SetupEvent) => void;
  /** Ends the child processes when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}
