/** Items that one way of looking found, the best first. */
export interface CandidateSource {
  /** `collaborative`, `text`, `popular`, … */
  name: string;
  places: readonly number[];
  /** How much room it gets beside the others; default 1. */
  share?: number;
}

/** A candidate with what found it. */
export interface Candidate {
  place: number;
  sources: string[];
}

/**
 * Merges candidates by taking turns: each source gives its next best item, as often as its share says, until there are enough. An item that
 * several found is listed once, under all their names.
 *
 * @param most candidates at most
 */
export function mergeCandidates(sources: readonly CandidateSource[], most: number): Candidate[] {
  const merged = new Map<number, Candidate>();
  const cursors = sources.map(() => 0);
  const credits = sources.map(() => 0);
  const take = (at: number): void => {
    const { name, places } = sources[at];
    while (cursors[at] < places.length) {
      const place = places[cursors[at]++];
      const known = merged.get(place);
      if (known === undefined) {
        merged.set(place, { place, sources: [name] });
        return;
      }
      known.sources.push(name);
    }
  };
  while (merged.size < most && cursors.some((cursor, at) => cursor < sources[at].places.length)) {
    for (const [at, { share = 1 }] of sources.entries()) {
      credits[at] += share;
      for (; credits[at] >= 1 && merged.size < most; credits[at]--) take(at);
    }
    if (sources.every(({ share = 1 }) => share <= 0)) break;
  }
  for (const [at, { name, places }] of sources.entries()) {
    for (const place of places.slice(cursors[at])) {
      const known = merged.get(place);
      if (known !== undefined && !known.sources.includes(name)) known.sources.push(name);
    }
  }
  return [...merged.values()];
}
