export { readHistory, weightOf, type HistoryEntry, type Interaction } from './behaviour/interaction';
export { mergeCandidates, type Candidate, type CandidateSource } from './candidates/merge-candidates';
export { Catalogue, type CatalogueItem, type NewItem } from './catalogue/catalogue';
export { Popularity } from './catalogue/popularity';
export { applyQuotas, diversify, type Listed, type Quota } from './diversity/diversify';
export { explore } from './diversity/explore';
export { keepPlaces, placesKept } from './diversity/keep-places';
export { heldOutProbabilities, type ScoredExamples } from './training/held-out-calibration';
export { expectedCalibrationError, fitCalibration, probabilityOf, type CalibrationPoints } from './scoring/calibration';
export {
  attentionOf,
  FeatureExtractor,
  FEATURES,
  FREE_FEATURES,
  type FeatureName,
  type PopularitySource,
  type ScoringContext,
} from './scoring/features';
export { RankingModel, UserScores, type Evidence, type ScoredItem, type ScoreParts, type ScoringRequest } from './scoring/ranking-model';
export { selectTop } from './scoring/select-top';
export { LEAKAGE_WARNING, splitBehaviour, type SplitOptions, type SplitStrategy } from './behaviour/split-behaviour';
export { PopularityLog, type CountedEvent } from './catalogue/popularity-log';
export { BASELINES, baselineScorers, type BaselineName } from './evaluation/baselines';
export {
  evaluateRanking,
  type NewItemFigures,
  type RankingMetrics,
  type RankingReport,
  type Scorer,
  type SegmentMetrics,
  type TestUser,
} from './evaluation/evaluate-ranking';
export * from './evaluation/metrics';
export { learnNewItemShare, NEW_ITEM_SHARES } from './training/new-item-share';
export { scoringExamples, type ExampleOptions, type ScoringExamples } from './training/scoring-examples';
export { testUsers, type UserEvent } from './training/test-users';
export { folds } from './training/user-folds';
export { buildCatalogue, type BuiltCatalogue, type DescribedItem } from './training/build-catalogue';
