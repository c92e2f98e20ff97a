import type { components } from '../../api/generated/sentiment-monitor';

type Schemas = components['schemas'];
export type Watch = Schemas['Watch'];
export type WatchInput = Schemas['CreateWatchRequest'];
export type Alert = Schemas['Alert'];
export type Trend = Schemas['GetTrendResponse'];
export type Scored = Schemas['ScoreTextsResponse']['results'][number];
export type SentimentLabel = Scored['label'];
export type ScoredText = Schemas['GetDocumentResponse']['sentiments'][number]['texts'][number];

export const SENTIMENT_LABELS = ['negative', 'neutral', 'positive'] as const satisfies readonly SentimentLabel[];
