import type { RankingHead } from '@attune/artifact';
import type { StoredItem } from '@attune/contracts';
import { inTurns } from '@attune/event-stream';
import { RankingModel } from '@attune/ranking';
import { PolledChanges } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import type { BehaviourRepository } from '../behaviour/behaviour-repository';
import type { ItemChange, ItemRepository } from '../items/item-repository';
import { textOf, type ItemVectors, type KnownEncoder } from '../items/item-vectors';
import { toNewItem } from '../items/new-item';
import { FollowedPopularity } from './followed-popularity';
import { NearTexts } from './near-texts';
import { StandingList } from './standing-list';

/** Changes that are fetched at once. */
const ITEM_PAGE = 2_000;
/** Items of the lists of what is popular and what is new. */
const LIST_LENGTH = 300;

/** What a ranking is kept up to date from. */
export interface RankingSources {
  readonly database: Database;
  readonly items: ItemRepository;
  readonly vectors: ItemVectors;
  readonly behaviour: BehaviourRepository;
}

/** The encoder that the texts of a head are read by. */
export interface TextEncoder {
  readonly known: KnownEncoder;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Changes, and the vectors of the items' texts. */
interface ItemPage {
  readonly changed: readonly ItemChange[];
  readonly vectors: Promise<ReadonlyMap<string, Float32Array>>;
}

interface ListedItem {
  readonly item: StoredItem;
  /** Of its publication, or else of its arrival; milliseconds since 1970. */
  readonly publishedAt: number;
}

/**
 * One version of the ranking as this process serves it: the head, over the catalogue of the database and what people did since the head was
 * trained. It follows both by their commits; what a person did is read anew with each request and does not wait for that.
 */
export class ServedRanking {
  readonly model: RankingModel;
  /** Items by their places; a place without one is that of an item that is gone, or that training alone knew. */
  private readonly listed: (ListedItem | undefined)[] = [];
  private count = 0;
  private readonly changes: PolledChanges;
  private revision = 0;
  private readonly popularity: FollowedPopularity;
  private readonly byPopularity = new StandingList(LIST_LENGTH);
  private readonly byAge = new StandingList(LIST_LENGTH);
  private popular: readonly number[] = [];
  private newest: readonly number[] = [];
  /** Places of items whose publication is yet to come, and when it is. */
  private readonly coming = new Map<number, number>();
  private readonly nearTexts: NearTexts;
  private readonly ended = new AbortController();

  constructor(
    readonly version: string,
    head: RankingHead,
    readonly encoder: TextEncoder | undefined,
    private readonly sources: RankingSources,
    private readonly onError: (error: unknown) => void,
  ) {
    this.model = new RankingModel(head);
    // What is listed is what the database has, whatever the head was trained on.
    this.model.catalogue.removeAll();
    this.popularity = new FollowedPopularity(this.model.catalogue, sources.behaviour, (place) => this.byPopularity.touch(place));
    this.nearTexts = new NearTexts(this.model.catalogue, (place) => this.listed[place] !== undefined);
    this.changes = new PolledChanges(() => this.fetchChanges(), onError);
  }

  /** Reads everything, then follows. */
  start(pollMs: number): Promise<void> {
    return this.changes.start(pollMs);
  }

  stop(): void {
    this.changes.stop();
    this.ended.abort();
  }

  /** Takes the texts' vectors into a graph in memory, in the background; the database searches among them until all are there. */
  holdTexts(): void {
    if (this.encoder !== undefined) this.nearTexts.fill(this.ended.signal).catch(this.onError);
  }

  /** Whether texts are searched in memory. */
  get holdsTexts(): boolean {
    return this.nearTexts.answers;
  }

  /** Places of the items whose texts are nearest to a vector, unavailable ones among them, nearest first; none where the head reads no texts. */
  async placesNear(vector: Float32Array, limit: number): Promise<number[]> {
    if (this.encoder === undefined) return [];
    const held = this.nearTexts.search(vector, limit);
    if (held !== undefined) return held;
    const hits = await this.sources.vectors.search(this.encoder.known, vector, limit);
    return hits.flatMap(({ id }) => this.model.catalogue.placeOf(id) ?? []);
  }

  /** Fetches what changed. */
  refresh(): Promise<void> {
    return this.changes.refresh();
  }

  /** Items of the catalogue, unavailable ones counted. */
  get size(): number {
    return this.count;
  }

  /** An item of the catalogue as it was handed in, but for its text. */
  item(id: string): StoredItem | undefined {
    const place = this.model.catalogue.placeOf(id);
    return place === undefined ? undefined : this.itemAt(place);
  }

  itemAt(place: number): StoredItem | undefined {
    return this.listed[place]?.item;
  }

  /** Places of the most popular items, the first the most; those that nobody took are left out. */
  get popularPlaces(): readonly number[] {
    return this.popular;
  }

  /** Places of the newest items, by their publication or else by when they were handed in. */
  get newestPlaces(): readonly number[] {
    return this.newest;
  }

  private async fetchChanges(): Promise<void> {
    await this.fetchItems();
    await this.popularity.fetch();
    await this.list(Date.now());
  }

  /** Lists what is popular and what is new. */
  private async list(now: number): Promise<void> {
    const { catalogue } = this.model;
    for (const [place, publishedAt] of this.coming) {
      if (publishedAt > now) continue;
      this.coming.delete(place);
      this.byAge.touch(place);
    }
    const isListed = (place: number): boolean => this.listed[place] !== undefined && catalogue.isAvailable(place);
    if (this.byPopularity.isStale) {
      const standing = (place: number): number => (isListed(place) ? catalogue.popularity.standing(place) : -Infinity);
      this.popular = await this.byPopularity.find(catalogue.size, standing);
    }
    if (this.byAge.isStale) {
      const publication = (place: number): number => {
        const publishedAt = this.listed[place]?.publishedAt ?? Infinity;
        return publishedAt <= now && isListed(place) ? publishedAt : -Infinity;
      };
      this.newest = await this.byAge.find(catalogue.size, publication);
    }
  }

  /** Notes that an item came, went or changed. */
  private touch(place: number): void {
    this.byPopularity.touch(place);
    this.byAge.touch(place);
    const publishedAt = this.listed[place]?.publishedAt ?? -Infinity;
    if (publishedAt > Date.now()) this.coming.set(place, publishedAt);
    else this.coming.delete(place);
  }

  /** Takes over what changed of the catalogue; each page is on its way while the vectors of the one before come, and while that is taken. */
  private async fetchItems(): Promise<void> {
    for (let next: Promise<ItemPage> | undefined = this.itemsAfter(this.revision); next !== undefined;) {
      const { changed, vectors: coming }: ItemPage = await next;
      next = changed.length < ITEM_PAGE ? undefined : this.itemsAfter(changed[changed.length - 1].revision);
      // Heard when it is waited for; until then nothing may end the process.
      next?.catch(() => undefined);
      const vectors = await coming;
      await inTurns(changed, (change) => this.take(change, vectors.get(change.id)));
    }
  }

  private async itemsAfter(revision: number): Promise<ItemPage> {
    const changed = await this.sources.items.changesSince(revision, ITEM_PAGE);
    const vectors = this.vectorsOf(changed);
    vectors.catch(() => undefined);
    return { changed, vectors };
  }

  private take({ revision, id, item }: ItemChange, vector: Float32Array | undefined): void {
    const { catalogue } = this.model;
    this.revision = revision;
    const known = catalogue.placeOf(id);
    const hasText = known !== undefined && item !== undefined && this.nearTexts.holds(known) && catalogue.hasText(known, vector);
    if (item === undefined) {
      if (known !== undefined && this.listed[known] !== undefined) {
        this.listed[known] = undefined;
        this.count -= 1;
      }
    } else {
      const place = catalogue.upsert(toNewItem(item, vector));
      if (this.listed[place] === undefined) this.count += 1;
      // Nobody looks at its text any more, which is most of it.
      const { text: _text, ...rest } = item;
      this.listed[place] = { item: rest, publishedAt: Date.parse(item.publishedAt ?? item.createdAt) };
      if (known === undefined) this.popularity.countWaiting(id, place);
    }
    if (item?.available !== true) catalogue.remove(id);
    const place = catalogue.placeOf(id);
    if (place === undefined) return;
    this.touch(place);
    if (!hasText) this.nearTexts.put(place);
  }

  /** The vectors of items with a text. Those that an encoder has not read yet, such as what an instance wrote that serves another one, are made. */
  private async vectorsOf(changed: readonly ItemChange[]): Promise<Map<string, Float32Array>> {
    const { encoder } = this;
    const texts = new Map<string, string>();
    for (const { id, item } of changed) {
      const text = item === undefined ? '' : textOf(item);
      if (text !== '') texts.set(id, text);
    }
    if (encoder === undefined || texts.size === 0) return new Map();
    const { vectors, database, items } = this.sources;
    const known = await vectors.of(encoder.known, [...texts.keys()]);
    const missing = changed.filter(({ id }) => texts.has(id) && !known.has(id));
    if (missing.length === 0) return known;
    const embeddings = await encoder.embed(missing.map(({ id }) => texts.get(id) ?? ''));
    const made = missing.map(({ id }, place) => ({ id, embedding: embeddings[place] }));
    await database.transaction(async (tx) => {
      // A text that has changed meanwhile is read with its own change.
      const unchanged = await items.holdUnchanged(tx, missing);
      await vectors.add(
        tx,
        encoder.known,
        made.filter(({ id }) => unchanged.has(id)),
      );
    });
    for (const { id, embedding } of made) known.set(id, embedding);
    return known;
  }
}
