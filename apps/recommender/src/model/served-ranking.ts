import type { RankingHead } from '@attune/artifact';
import type { StoredItem } from '@attune/contracts';
import { inTurns } from '@attune/event-stream';
import { RankingModel, weightOf } from '@attune/ranking';
import { PolledChanges } from '@attune/service-kit';
import type { CommittedPosition, Database } from '@attune/storage';
import { toInteraction, type BehaviourRepository, type RecordedEvent } from '../behaviour/behaviour-repository';
import type { ItemChange, ItemRepository } from '../items/item-repository';
import { textOf, type ItemVectors, type KnownEncoder } from '../items/item-vectors';
import { toNewItem } from '../items/new-item';
import { topInTurns } from './top-in-turns';

/** Changes that are fetched at once. */
const ITEM_PAGE = 500;
const EVENT_PAGE = 2_000;
/** Milliseconds after which what is popular is listed anew, whether an item changed or not. */
const LIST_AGE = 1_000;
/** Items of such a list. */
const LIST_LENGTH = 300;

/** Events of an item that is not there yet, and such items, that are remembered. */
const MOST_WAITING = 1_000;
const MOST_WAITING_ITEMS = 10_000;

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
  private readonly trainedAt: Date;
  private revision = 0;
  private recordedTo: CommittedPosition | undefined;
  private forgottenTo: CommittedPosition | undefined;
  /** Events of items that are not in the catalogue yet. */
  private readonly waiting = new Map<string, { at: number; weight: number }[]>();
  private popular: readonly number[] = [];
  private newest: readonly number[] = [];
  private listedAt = 0;

  constructor(
    readonly version: string,
    head: RankingHead,
    readonly encoder: TextEncoder | undefined,
    private readonly sources: RankingSources,
    onError: (error: unknown) => void,
  ) {
    this.model = new RankingModel(head);
    // What is listed is what the database has, whatever the head was trained on.
    for (const { id } of head.items) this.model.catalogue.remove(id);
    this.trainedAt = new Date(head.scoring.trainedAt);
    this.changes = new PolledChanges(() => this.fetchChanges(), onError);
  }

  /** Reads everything, then follows. */
  start(pollMs: number): Promise<void> {
    return this.changes.start(pollMs);
  }

  stop(): void {
    this.changes.stop();
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
    const before = this.revision;
    await this.fetchItems();
    await this.fetchEvents();
    if (before === this.revision && Date.now() - this.listedAt < LIST_AGE) return;
    this.listedAt = Date.now();
    await this.list(this.listedAt);
  }

  /** Lists what is popular and what is new, in turns: a large catalogue must not hold up a request. */
  private async list(now: number): Promise<void> {
    const { catalogue } = this.model;
    const counts = new Float64Array(catalogue.size);
    const times = new Float64Array(catalogue.size).fill(-Infinity);
    let place = -1;
    await inTurns(this.listed, (entry) => {
      place += 1;
      if (entry === undefined || !catalogue.isAvailable(place)) return;
      counts[place] = catalogue.popularity.at(place, now);
      if (entry.publishedAt <= now) times[place] = entry.publishedAt;
    });
    this.popular = await topInTurns(counts, LIST_LENGTH, (value) => value > 0);
    this.newest = await topInTurns(times, LIST_LENGTH, (value) => value > -Infinity);
  }

  private async fetchItems(): Promise<void> {
    for (;;) {
      const changed = await this.sources.items.changesSince(this.revision, ITEM_PAGE);
      const vectors = await this.vectorsOf(changed);
      await inTurns(changed, (change) => this.take(change, vectors.get(change.id)));
      if (changed.length < ITEM_PAGE) return;
    }
  }

  private take({ revision, id, item }: ItemChange, vector: Float32Array | undefined): void {
    const { catalogue } = this.model;
    this.revision = revision;
    const known = catalogue.placeOf(id);
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
      if (known === undefined) this.countWaiting(id, place);
    }
    if (item?.available !== true) catalogue.remove(id);
  }

  /** Counts what people did with an item before it was handed in. */
  private countWaiting(id: string, place: number): void {
    for (const { at, weight } of this.waiting.get(id) ?? []) this.model.catalogue.popularity.record(place, at, weight);
    this.waiting.delete(id);
  }

  /** The vectors of items with a text. Those that an encoder has not read yet, such as what an instance wrote that serves another one, are made. */
  private async vectorsOf(changed: readonly ItemChange[]): Promise<Map<string, Float32Array>> {
    const { encoder } = this;
    const texts = new Map(changed.flatMap(({ id, item }) => (item === undefined || textOf(item) === '' ? [] : [[id, textOf(item)]])));
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

  private async fetchEvents(): Promise<void> {
    const { behaviour } = this.sources;
    const { popularity } = this.model.catalogue;
    this.recordedTo = await this.follow(
      this.recordedTo,
      (after) => behaviour.recordedSince(after, this.trainedAt, EVENT_PAGE),
      (place, at, weight) => popularity.record(place, at, weight),
      true,
    );
    this.forgottenTo = await this.follow(
      this.forgottenTo,
      (after) => behaviour.forgottenSince(after, this.trainedAt, EVENT_PAGE),
      (place, at, weight) => popularity.forget(place, at, weight),
    );
  }

  private wait(id: string, event: { at: number; weight: number }): void {
    const waiting = this.waiting.get(id) ?? [];
    if (waiting.length >= MOST_WAITING || (waiting.length === 0 && this.waiting.size >= MOST_WAITING_ITEMS)) return;
    waiting.push(event);
    this.waiting.set(id, waiting);
  }

  private async follow(
    start: CommittedPosition | undefined,
    fetch: (after: CommittedPosition | undefined) => Promise<{ position: CommittedPosition | undefined; rows: readonly RecordedEvent[] }>,
    count: (place: number, at: number, weight: number) => void,
    isRecorded = false,
  ): Promise<CommittedPosition | undefined> {
    const { catalogue } = this.model;
    for (let after = start; ;) {
      const { position, rows } = await fetch(after);
      await inTurns(rows, (row) => {
        const interaction = toInteraction(row);
        const place = catalogue.placeOf(interaction.item);
        const weight = weightOf(interaction, catalogue.scoring.behaviour);
        if (place !== undefined) count(place, interaction.at, weight);
        else if (isRecorded) this.wait(interaction.item, { at: interaction.at, weight });
      });
      after = position ?? after;
      if (rows.length < EVENT_PAGE) return after;
    }
  }
}
