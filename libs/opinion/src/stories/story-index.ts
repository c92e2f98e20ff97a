import type { SentimentLabel } from '@attune/contracts';
import { decodeSignature, similarity } from './fingerprint';

/** A document as a story index knows it. */
export interface StoryMember {
  documentId: string;
  /** Milliseconds since 1970. */
  publishedAt: number;
  label: SentimentLabel;
  /** See `fingerprint`. */
  fingerprint: string;
}

/** What linking a document to its story changes. */
export interface StoryLink {
  /** Id of the story: that of the document that told it first. */
  storyId: string;
  /** What changes in the counts of stories, each of which counts once, where it was told first. */
  deltas: { at: number; label: SentimentLabel; delta: 1 | -1 }[];
  /** Stories that turned out to be this one; their documents have the new id from now on. */
  merged: string[];
}

export interface StoryIndexOptions {
  /** Estimated Jaccard similarity from which two documents tell one story. Default 0.6. */
  threshold?: number;
  /** Milliseconds between two tellings at most. Default 72 hours. */
  maxGap?: number;
}

const BANDS = 21;
const ROWS = 3;
const HOUR = 3_600_000;
const DEFAULT_THRESHOLD = 0.6;
const DEFAULT_MAX_GAP = 72 * HOUR;

interface Member {
  documentId: string;
  publishedAt: number;
  label: SentimentLabel;
  signature: Uint16Array;
  fingerprint: string;
  story: Story;
}

interface Story {
  first: Member;
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

  /** An index that has linked these documents. */
  static restore(members: Iterable<StoryMember>, options?: StoryIndexOptions): StoryIndex {
    const index = new StoryIndex(options);
    for (const member of members) index.link(member);
    return index;
  }

  get size(): number {
    return this.byId.size;
  }

  /** Takes in a document. One that was taken in before changes nothing. */
  link({ documentId, publishedAt, label, fingerprint }: StoryMember): StoryLink {
    const known = this.byId.get(documentId);
    if (known !== undefined) return { storyId: known.story.first.documentId, deltas: [], merged: [] };
    const signature = decodeSignature(fingerprint);
    const own: Story = { first: undefined as unknown as Member, members: [] };
    const member: Member = { documentId, publishedAt, label, signature, fingerprint, story: own };
    own.first = member;
    own.members.push(member);
    const found = this.storiesNear(member);
    this.insert(member);
    const story = largest([own, ...found]);
    const first = [own, ...found].map((candidate) => candidate.first).reduce(earlier);
    const merged = found.map((candidate) => candidate.first).filter((each) => each !== first);
    const deltas: StoryLink['deltas'] = merged.map((each) => ({ at: each.publishedAt, label: each.label, delta: -1 }));
    if (first === member) deltas.push({ at: publishedAt, label, delta: 1 });
    for (const other of [own, ...found]) if (other !== story) absorb(story, other);
    story.first = first;
    return { storyId: first.documentId, deltas, merged: merged.map((each) => each.documentId) };
  }

  /** Documents of the story of a document. */
  tellings(documentId: string): number {
    return this.byId.get(documentId)?.story.members.length ?? 0;
  }

  /** Forgets documents published before a time, so that memory is bounded. Their stories stay counted. */
  expire(before: number): void {
    const old = [...this.byId.values()].filter(({ publishedAt }) => publishedAt < before);
    for (const member of old) {
      this.byId.delete(member.documentId);
      member.story.members = member.story.members.filter((each) => each !== member);
      for (const key of bandKeys(member.signature)) {
        const rest = this.bands.get(key)?.filter((each) => each !== member) ?? [];
        if (rest.length === 0) this.bands.delete(key);
        else this.bands.set(key, rest);
      }
    }
  }

  private storiesNear(member: Member): Story[] {
    const found = new Set<Story>();
    const compared = new Set<Member>();
    for (const key of bandKeys(member.signature)) {
      for (const candidate of this.bands.get(key) ?? []) {
        if (found.has(candidate.story) || compared.has(candidate)) continue;
        compared.add(candidate);
        const near = Math.abs(candidate.publishedAt - member.publishedAt) <= this.maxGap;
        if (near && similarity(candidate.signature, member.signature) >= this.threshold) found.add(candidate.story);
      }
    }
    return [...found];
  }

  private insert(member: Member): void {
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

function earlier(a: Member, b: Member): Member {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt ? a : b;
  return a.documentId < b.documentId ? a : b;
}

function largest(stories: readonly Story[]): Story {
  return stories.reduce((best, story) => (story.members.length > best.members.length ? story : best));
}

function absorb(into: Story, other: Story): void {
  for (const member of other.members) {
    member.story = into;
    into.members.push(member);
  }
}
