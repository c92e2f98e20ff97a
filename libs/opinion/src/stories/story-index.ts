import { decodeSignature, encodeSignature, similarity } from './fingerprint';
import { SignatureTable } from './signature-table';
import type { StoryLink, StoryMember, Telling } from './story';

export interface StoryIndexOptions {
  /** Estimated Jaccard similarity from which two documents tell one story. Default 0.6. */
  readonly threshold?: number;
  /** Milliseconds between two tellings at most. Default 72 hours. */
  readonly maxGap?: number;
  /** Documents are forgotten that were published so many milliseconds before the newest one. Default 8 days. */
  readonly memory?: number;
  /** Most documents that are remembered; of more the oldest are forgotten. Default 5,000. */
  readonly most?: number;
}

const HOUR = 3_600_000;
const DEFAULT_THRESHOLD = 0.6;
const DEFAULT_MAX_GAP = 72 * HOUR;
/** Milliseconds before a watch's newest document beyond which its stories do not grow, unless an index says otherwise. */
export const STORY_MEMORY = 8 * 24 * HOUR;
/** Documents of a watch with which others are compared at most, unless an index says otherwise. */
export const MOST_TELLINGS = 5_000;
/** What is too old is looked for so often in the span of the memory, since looking for it means going through everything. */
const LOOKS = 8;
const FORGOTTEN_SHARE = 0.1;

interface Member extends Omit<Telling, 'fingerprint'> {
  readonly copies: Copies;
}

/** Tellings of one story in the same words, each published at most `maxGap` from another: they are compared with as one. */
interface Copies {
  /** Of their signature in the table. */
  readonly slot: number;
  members: Member[];
  story: Story;
  /** Publication of the earliest and the latest. */
  from: number;
  to: number;
}

interface Story {
  first: Pick<Telling, 'documentId' | 'publishedAt' | 'label'>;
  /** Documents that told it, forgotten ones included. */
  tellings: number;
  copies: Copies[];
}

/** Of a list that is about to be made. */
const NONE: never[] = [];

/** What resembles a telling. */
interface Near {
  readonly copies: Copies;
  /** Told in the same words. */
  readonly same: boolean;
}

/**
 * Links the documents about one watch into stories: documents are of one story when a chain of near-duplicates joins
 * them, published at most `maxGap` apart from link to link. Whatever the order they come in, the same documents give the
 * same stories. Memory is bounded by age and number; a story that is partly forgotten stays counted and grows by later tellings.
 */
export class StoryIndex {
  private readonly byId = new Map<string, Member>();
  private readonly table = new SignatureTable();
  /** By their slots. */
  private readonly copies: (Copies | undefined)[] = [];
  private readonly threshold: number;
  private readonly maxGap: number;
  private readonly memory: number;
  private readonly most: number;
  private newest = -Infinity;
  private oldest = Infinity;

  constructor(options: StoryIndexOptions = {}) {
    const { threshold = DEFAULT_THRESHOLD, maxGap = DEFAULT_MAX_GAP, memory = STORY_MEMORY, most = MOST_TELLINGS } = options;
    this.threshold = threshold;
    this.maxGap = maxGap;
    this.memory = memory;
    this.most = most;
  }

  /** The index that stood when its members were stored. */
  static restore(members: Iterable<StoryMember>, options?: StoryIndexOptions): StoryIndex {
    const index = new StoryIndex(options);
    const stories = new Map<string, Story>();
    for (const { story: stored, ...telling } of members) {
      if (stored === undefined) {
        index.link(telling);
        continue;
      }
      const { storyId, publishedAt, label, tellings } = stored;
      const story = stories.get(storyId) ?? { first: { documentId: storyId, publishedAt, label }, tellings, copies: NONE };
      stories.set(storyId, story);
      index.insert(telling, story, index.copiesNear(telling));
    }
    return index;
  }

  /** Documents that are compared with. */
  get size(): number {
    return this.byId.size;
  }

  /** Every document with its story, to be stored. */
  *members(): Generator<StoryMember> {
    for (const { documentId, publishedAt, label, copies } of this.byId.values()) {
      const { first, tellings } = copies.story;
      const fingerprint = encodeSignature(this.table.signatureAt(copies.slot));
      yield {
        ...{ documentId, publishedAt, label, fingerprint },
        story: { storyId: first.documentId, publishedAt: first.publishedAt, label: first.label, tellings },
      };
    }
  }

  /** Takes in a document. One that was taken in before changes nothing. */
  link(telling: Telling): StoryLink {
    const before = this.byId.get(telling.documentId)?.copies.story;
    if (before !== undefined) return { storyId: before.first.documentId, merged: [], deltas: [], tellings: before.tellings, known: true };
    this.forget(telling.publishedAt);
    const near = this.copiesNear(telling);
    const found = [...new Set(near.map(({ copies }) => copies.story))];
    const told = { documentId: telling.documentId, publishedAt: telling.publishedAt, label: telling.label };
    const first = [told, ...found.map((story) => story.first)].reduce(earlier);
    const replaced = found.map((story) => story.first).filter((each) => each !== first);
    const deltas: StoryLink['deltas'] = [
      ...replaced.map(({ publishedAt: at, label }) => ({ at, label, delta: -1 as const })),
      ...(first === told ? [{ at: telling.publishedAt, label: telling.label, delta: 1 as const }] : []),
    ];
    const own: Story = { first, tellings: 0, copies: NONE };
    const story = found.reduce((best, each) => (each.copies.length > best.copies.length ? each : best), found.at(0) ?? own);
    for (const other of found) if (other !== story) absorb(story, other);
    story.first = first;
    story.tellings += 1;
    this.insert(telling, story, near);
    return {
      storyId: first.documentId,
      merged: replaced.map(({ documentId }) => documentId),
      deltas,
      tellings: story.tellings,
      known: false,
    };
  }

  /** Forgets documents published before a time. */
  expire(before: number): void {
    if (before <= this.oldest) return;
    this.drop([...this.byId.values()].filter(({ publishedAt }) => publishedAt < before));
  }

  /** Forgets the oldest tenth of the documents. */
  shrink(): void {
    const inOrder = [...this.byId.values()].sort((one, other) => one.publishedAt - other.publishedAt);
    this.drop(inOrder.slice(0, Math.ceil(FORGOTTEN_SHARE * inOrder.length)));
  }

  private forget(publishedAt: number): void {
    this.newest = Math.max(this.newest, publishedAt);
    const before = this.newest - this.memory;
    // A document that is nearly as old must meet nothing that another run of the same documents would have forgotten.
    const isLate = publishedAt < before + this.maxGap;
    if (isLate || before - this.oldest >= this.memory / LOOKS) this.expire(before);
    if (this.byId.size >= this.most) this.shrink();
  }

  private drop(members: readonly Member[]): void {
    const touched = new Set(members.map(({ copies }) => copies));
    const gone = new Set(members);
    for (const { documentId } of members) this.byId.delete(documentId);
    for (const copies of touched) {
      copies.members = copies.members.filter((member) => !gone.has(member));
      copies.from = earliestOf(copies.members);
      if (copies.members.length > 0) continue;
      this.table.remove(copies.slot);
      this.copies[copies.slot] = undefined;
    }
    for (const story of new Set([...touched].map((copies) => copies.story))) {
      story.copies = story.copies.filter((copies) => copies.members.length > 0);
    }
    this.oldest = earliestOf(this.byId.values());
  }

  /** What tells nearly the same at about the same time. */
  private copiesNear({ publishedAt, fingerprint }: Telling): Near[] {
    const signature = decodeSignature(fingerprint);
    const near: Near[] = [];
    for (const slot of this.table.candidates(signature)) {
      const copies = this.copies[slot];
      if (copies === undefined || publishedAt < copies.from - this.maxGap || publishedAt > copies.to + this.maxGap) continue;
      const alike = similarity(this.table.signatureAt(slot), signature);
      if (alike >= this.threshold) near.push({ copies, same: alike === 1 });
    }
    return near;
  }

  /** @param near what was found of the telling */
  private insert({ documentId, publishedAt, label, fingerprint }: Telling, story: Story, near: readonly Near[]): void {
    const known = near.find((each) => each.same && each.copies.story === story)?.copies;
    const copies = known ?? this.newCopies(fingerprint, story, publishedAt);
    copies.from = Math.min(copies.from, publishedAt);
    copies.to = Math.max(copies.to, publishedAt);
    const member: Member = { documentId, publishedAt, label, copies };
    // Most stories are told once: a list of one takes a fifth of what the first push onto an empty one reserves.
    if (known === undefined) copies.members = [member];
    else copies.members.push(member);
    this.byId.set(documentId, member);
    this.newest = Math.max(this.newest, publishedAt);
    this.oldest = Math.min(this.oldest, publishedAt);
  }

  private newCopies(fingerprint: string, story: Story, publishedAt: number): Copies {
    const slot = this.table.add(decodeSignature(fingerprint));
    const copies: Copies = { slot, members: NONE, story, from: publishedAt, to: publishedAt };
    this.copies[slot] = copies;
    if (story.copies.length === 0) story.copies = [copies];
    else story.copies.push(copies);
    return copies;
  }
}

function earliestOf(members: Iterable<Member>): number {
  let earliest = Infinity;
  for (const { publishedAt } of members) earliest = Math.min(earliest, publishedAt);
  return earliest;
}

function earlier(a: Story['first'], b: Story['first']): Story['first'] {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt ? a : b;
  return a.documentId < b.documentId ? a : b;
}

function absorb(into: Story, other: Story): void {
  into.tellings += other.tellings;
  for (const copies of other.copies) {
    copies.story = into;
    into.copies.push(copies);
  }
}
