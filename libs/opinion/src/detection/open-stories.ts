import type { Alert } from '@attune/contracts';
import type { Mention } from './monitor-types';
import type { OpenStory } from './monitor-state';

/** Stories of windows that are open and of the time before them that are remembered at most; the others still count. */
const MOST_STORIES = { open: 30, before: 10 };
const LONGEST_TITLE = 300;
const IN_ALERT = 5;

/**
 * The stories after another telling. Only negative documents begin one; whoever tells a known one is counted.
 *
 * @param open start of the first window that is open
 */
export function tell(stories: readonly OpenStory[], mention: Mention, open: number): OpenStory[] {
  const ids = new Set([mention.storyId, ...(mention.replaces ?? [])]);
  const same = stories.filter(({ id }) => ids.has(id));
  if (same.length === 0) return mention.label === 'negative' ? keepBest([...stories, firstTelling(mention)], open) : [...stories];
  const tellings = [...same, firstTelling(mention)];
  const first = tellings.reduce((earliest, telling) => (telling.publishedAt < earliest.publishedAt ? telling : earliest));
  return [
    ...stories.filter(({ id }) => !ids.has(id)),
    {
      ...first,
      id: mention.storyId,
      tellings: tellings.reduce((sum, telling) => sum + telling.tellings, 0),
      score: Math.min(...tellings.map(({ score }) => score)),
    },
  ];
}

/** The most told and most negative stories that were first told in a window. */
export function topStories(stories: readonly OpenStory[], start: number, end: number): Alert['stories'] {
  return stories
    .filter(({ publishedAt }) => publishedAt >= start && publishedAt < end)
    .sort(byWeight)
    .slice(0, IN_ALERT)
    .map(({ id: _, publishedAt, ...story }) => ({ ...story, publishedAt: new Date(publishedAt).toISOString() }));
}

function firstTelling({ storyId, documentId, title, url, source, publishedAt, score }: Mention): OpenStory {
  return {
    id: storyId,
    documentId,
    ...(title === undefined ? {} : { title: title.slice(0, LONGEST_TITLE) }),
    ...(url === undefined ? {} : { url }),
    source,
    publishedAt,
    tellings: 1,
    score,
  };
}

function keepBest(stories: OpenStory[], open: number): OpenStory[] {
  if (stories.length <= MOST_STORIES.before) return stories;
  const best = (some: OpenStory[], most: number): OpenStory[] => (some.length <= most ? some : some.sort(byWeight).slice(0, most));
  return [
    ...best(
      stories.filter(({ publishedAt }) => publishedAt < open),
      MOST_STORIES.before,
    ),
    ...best(
      stories.filter(({ publishedAt }) => publishedAt >= open),
      MOST_STORIES.open,
    ),
  ];
}

function byWeight(one: OpenStory, other: OpenStory): number {
  return other.tellings - one.tellings || one.score - other.score || (one.id < other.id ? -1 : 1);
}
