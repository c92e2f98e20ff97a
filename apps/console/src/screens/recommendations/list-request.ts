import type { components } from '../../api/generated/recommender';
import type { Who } from './who';

/** Body of the request for a list. */
export type ListRequest = components['schemas']['RecommendRecommendationsRequest'];

/** What a reader of the console chose of how lists are made. */
export interface ListSettings {
  /** 0 to 1. */
  readonly diversity: number;
  /** None stands for all. */
  readonly categories: readonly string[];
  readonly leaveOutSeen: boolean;
  readonly limit: number;
}

/** Lengths of a list that are offered. */
export const LIMITS = [5, 10, 20, 50] as const;

export const FIRST_SETTINGS: ListSettings = { diversity: 0, categories: [], leaveOutSeen: true, limit: 10 };

/** The request for a list with reasons; the same for the same settings, whatever order categories were chosen in. */
export function listRequest(who: Who, { diversity, categories, leaveOutSeen, limit }: ListSettings): ListRequest {
  return {
    ...(who.kind === 'reader' ? { user: who.id } : { session: [...who.items] }),
    limit,
    diversity,
    filter: categories.length === 0 ? {} : { categories: [...categories].sort() },
    seen: leaveOutSeen ? { afterViews: 1 } : {},
    explain: true,
    placement: 'console',
  };
}
