import type { AttuneError } from '../errors';
import type { Manifest } from '../manifest';
import type { NewPromotion, Promotion } from './promotion';
import type { NewShadowChange, ShadowChange } from './shadow';

/** Told of work after a promotion that failed. What serves does not depend on it, and the next promotion does it again. */
export type TellLeft = (problem: AttuneError) => void;

/** The manifest of a version as it is stored. */
export interface StoredManifest {
  readonly text: string;
  readonly writtenAt: Date;
}

/**
 * What a model store keeps its versions and promotions in: a folder, or a bucket of an object store. Names were checked before they come here.
 * Layout of both: `<app>/<version>/` holds a model directory, `<app>/current` says which version serves, `<app>/.history/` what served.
 */
export interface ModelStorage {
  /** Where it lies, as a person names it. */
  readonly location: string;

  /** Names of folders, which need not be applications. */
  apps(): Promise<string[]>;

  /** Names of folders of an application, which need not be versions; none where it has none. */
  versions(app: string): Promise<string[]>;

  /** The manifest of a version; undefined where there is no version, or half of one. */
  manifest(app: string, version: string): Promise<StoredManifest | undefined>;

  /** A file of a version. @throws AttuneError `bad-model` where there is none */
  readFile(app: string, version: string, path: string): Promise<Uint8Array>;

  /** Reads every file and compares it with its manifest. @throws AttuneError `bad-model` naming the first that differs */
  verify(app: string, version: string, manifest: Manifest): Promise<void>;

  /** What serves; undefined where nothing was promoted. @throws AttuneError `bad-model`, `dependency-unavailable` where it cannot be reached */
  current(app: string): Promise<Promotion | undefined>;

  /** What served when it was last reached, for the time when it cannot be. */
  lastKnown(app: string): Promise<Promotion | undefined>;

  /** What was promoted as a generation; undefined where it is forgotten. */
  record(app: string, generation: number): Promise<Promotion | undefined>;

  /** The remembered promotions, the newest, which serves, first. */
  history(app: string): Promise<Promotion[]>;

  /**
   * Makes a promotion the newest, where the generation before it still is. Once that is decided it does not fail any more.
   *
   * @param tellLeft is told what was left to the next promotion
   * @throws AttuneError `conflict` where it is not, `disk-full`
   */
  append(app: string, promotion: NewPromotion, tellLeft: TellLeft): Promise<Promotion>;

  /** Finishes a promotion that was decided by a process which ended before it was through. */
  settle(app: string): Promise<void>;

  /** The remembered changes of what is in shadow, the newest, which counts, first. @param most default all */
  shadowChanges(app: string, most?: number): Promise<ShadowChange[]>;

  /** Makes a change of the shadow the newest. @throws AttuneError `conflict` where another has its number */
  appendShadowChange(app: string, change: NewShadowChange): Promise<ShadowChange>;

  /**
   * A folder on this machine with a version, whose manifest has this SHA-256. Its files are those of the version when it is returned.
   *
   * @throws AttuneError `bad-model` where the version is another or damaged, `dependency-unavailable`, `disk-full`
   */
  directory(app: string, version: string, manifestSha256: string): Promise<string>;

  /**
   * Copies a model directory into a version, whole or not at all.
   *
   * @returns where it lies
   * @throws AttuneError `conflict` where the version exists or another process is writing it
   */
  add(app: string, version: string, source: string, manifest: Manifest): Promise<string>;
}
