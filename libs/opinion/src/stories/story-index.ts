import { decodeSignature, similarity } from './fingerprint';
import type { StoryLink, StoryMember, Telling } from './story';

export interface StoryIndexOptions {
  /** Estimated Jaccard similarity from which two documents tell one story. Default 0.6. */
  readonly threshold?: number;
  /** Milliseconds between two tellings at most. Default 72 hours. */
  readonly maxGap?: number;
}

const BANDS = 21;
const ROWS = 3;
const DEFAULT_THRESHOLD = 0.6;
const DEFAULT_MAX_GAP = 72 * 3_600_000;

/** A telling that others are compared with. */
interface Member extends Telling {
  readonly signature: Uint16Array;
  story: Story;
}

interface Story {
  first: Pick<Telling, 'documentId' | 'publishedAt' | 'label'>;
  /** Documents that told it, expired ones included. */
  tellings: number;
  members: Member[];
}

/**
 * Links the documents about one watch into stories: documents are of one story when a chain of near-duplicates joins
 * them, published at most `maxGap` apart from link to link. Whatever the order they come in, the same documents give the
 * same stories. Near-duplicates are found by locality-sensitive hashing of their signatures, 21 bands of 3 (Indyk and
 * Motwani 1998), and then compared.
 */
export class StoryIndex {
  private readonly byId = new Map<string, Member>();
  private readonly bands = new Map<number, Member[]>();
  private readonly threshold: number;
  private readonly maxGap: number;

  constructor({ threshold = DEFAULT_THRESHOLD, maxGap = DEFAULT_MAX_GAP }: StoryIndexOptions = {}) {
    this.threshold = threshold;
    this.maxGap = maxGap;
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
      const story = stories.get(storyId) ?? { first: { documentId: storyId, publishedAt, label }, tellings, members: [] };
      stories.set(storyId, story);
      index.insert(telling, story);
    }
    return index;
  }

  /** Documents that are compared with. */
  get size(): number {
    return this.byId.size;
  }

  /** Every document with its story, to be stored. */
  *members(): Generator<StoryMember> {
    for (const { documentId, publishedAt, label, fingerprint, story } of this.byId.values()) {
      const { documentId: storyId, ...first } = story.first;
      yield {
        ...{ documentId, publishedAt, label, fingerprint },
        story: { storyId, publishedAt: first.publishedAt, label: first.label, tellings: story.tellings },
      };
    }
  }

  /** Takes in a document. One that was taken in before changes nothing. */
  link(telling: Telling): StoryLink {
    const before = this.byId.get(telling.documentId)?.story;
    if (before !== undefined) return { storyId: before.first.documentId, merged: [], deltas: [], tellings: before.tellings, known: true };
    const own: Story = { first: telling, tellings: 1, members: [] };
    const found = this.storiesNear(telling, decodeSignature(telling.fingerprint));
    this.insert(telling, own);
    const all = [own, ...found];
    const first = all.map((story) => story.first).reduce(earlier);
    const replaced = found.map((story) => story.first).filter((each) => each !== first);
    const deltas: StoryLink['deltas'] = [
      ...replaced.map(({ publishedAt: at, label }) => ({ at, label, delta: -1 as const })),
      ...(first === own.first ? [{ at: telling.publishedAt, label: telling.label, delta: 1 as const }] : []),
    ];
    const story = all.reduce((best, each) => (each.members.length > best.members.length ? each : best));
    for (const other of all) if (other !== story) absorb(story, other);
    story.first = first;
    return {
      storyId: first.documentId,
      merged: replaced.map(({ documentId }) => documentId),
      deltas,
      tellings: story.tellings,
      known: false,
    };
  }

  /** Forgets documents published before a time, so that memory is bounded. Their stories stay counted, and grow by later tellings. */
  expire(before: number): void {
    for (const member of [...this.byId.values()]) {
      if (member.publishedAt >= before) continue;
      this.byId.delete(member.documentId);
      member.story.members = member.story.members.filter((each) => each !== member);
      for (const key of bandKeys(member.signature)) {
        const rest = (this.bands.get(key) ?? []).filter((each) => each !== member);
        if (rest.length === 0) this.bands.delete(key);
        else this.bands.set(key, rest);
      }
    }
  }

  private storiesNear({ publishedAt }: Telling, signature: Uint16Array): Story[] {
    const found = new Set<Story>();
    const compared = new Set<Member>();
    for (const key of bandKeys(signature)) {
      for (const candidate of this.bands.get(key) ?? []) {
        if (found.has(candidate.story) || compared.has(candidate)) continue;
        compared.add(candidate);
        const near = Math.abs(candidate.publishedAt - publishedAt) <= this.maxGap;
        if (near && similarity(candidate.signature, signature) >= this.threshold) found.add(candidate.story);
      }
    }
    return [...found];
  }

  private insert(telling: Telling, story: Story): void {
    const member: Member = { ...telling, signature: decodeSignature(telling.fingerprint), story };
    story.members.push(member);
    this.byId.set(member.documentId, member);
    for (const key of bandKeys(member.signature)) {
      const candidates = this.bands.get(key);
      if (candidates === undefined) this.bands.set(key, [member]);
      else candidates.push(member);
    }
  }
}

/** One number a band: its place and its three values, 53 bits in all. */
function* bandKeys(signature: Uint16Array): Generator<number> {
  for (let band = 0; band < BANDS; band++) {
    const start = band * ROWS;
    yield ((band * 65_536 + signature[start]) * 65_536 + signature[start + 1]) * 65_536 + signature[start + 2];
  }
}

function earlier(a: Story['first'], b: Story['first']): Story['first'] {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt ? a : b;
  return a.documentId < b.documentId ? a : b;
}

function absorb(into: Story, other: Story): void {
  into.tellings += other.tellings;
  for (const member of other.members) {
    member.story = into;
    into.members.push(member);
  }
}
