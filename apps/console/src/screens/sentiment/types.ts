import type { components } from '../../api/generated/sentiment-monitor';

type Schemas = components['schemas'];
export type Watch = Schemas['Watch'];
export type WatchInput = Schemas['CreateWatchRequest'];
export type Alert = Schemas['Alert'];
export type Trend = Schemas['GetTrendResponse'];
export type Scored = Schemas['ScoreTextsResponse']['results'][number];
export type Influence = NonNullable<Scored['explanation']>[number];
export type SentimentLabel = Scored['label'];
