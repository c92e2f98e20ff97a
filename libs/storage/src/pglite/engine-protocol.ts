/** What the thread of the embedded database is asked. Every request is answered under its id; answer 0 says that it is open. */
export type EngineRequest =
  | {
      readonly kind: 'query';
      readonly text: string;
      readonly parameters: readonly unknown[];
      readonly asArrays: boolean;
      readonly transaction?: number;
    }
  | { readonly kind: 'begin'; readonly transaction: number }
  | { readonly kind: 'end'; readonly transaction: number; readonly commit: boolean }
  | { readonly kind: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly kind: 'close' };

export interface EngineRows {
  readonly rows: unknown[];
}

/** An error as it travels: of its properties only texts arrive. */
export interface EngineFault {
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

export type EngineMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly result?: EngineRows; readonly fault?: EngineFault }
  /** PostgreSQL has ended itself: nothing more will be answered. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string };
