export { decide } from './conversation/decide';
export type { Decision, Found, FoundPassage, Outcome, QuoteSource, Turn, Understanding } from './conversation/turn';
export { groupByMeaning, type MeaningGroup } from './gaps/group-by-meaning';
export { bestPair, type QuestionAnswerPair } from './history/best-pair';
export { renderDecision } from './conversation/render';
export { readMessage, type Choice, type Reading } from './conversation/reading';
export type { DialogueSettings, Thresholds } from './conversation/settings';
export { conversationStateSchema, freshState, returnedState, type ConversationState } from './conversation/state';
export type { Language, Phrases } from './language/language';
export { LANGUAGES, languageOf } from './language/languages';
export { Bm25Index, type LexicalHit, type LexicalResult } from './lexical/bm25-index';
export {
  CANDIDATE_FEATURES,
  posteriorOf,
  QUESTION_FEATURES,
  rankingWeightsSchema,
  type CandidateFeatures,
  type Posterior,
  type QuestionFeatures,
  type Ranking,
  type RankingWeights,
} from './ranking/candidate';
export { closeCandidates } from './ranking/close-candidates';
export { DEFAULT_PASSAGE_RANKING } from './ranking/default-passage-ranking';
export { DEFAULT_WEIGHTS } from './ranking/default-weights';
export { fitWeights, meanLogLikelihood, type LabelledRanking } from './ranking/fit-weights';
export { calibrated, fitIsotonic, type CalibrationCurve } from './ranking/isotonic';
export {
  DEFAULT_RANKING,
  FEWEST_QUESTIONS,
  learnRanking,
  learntRankingSchema,
  type GroupedRanking,
  type LearntRanking,
} from './ranking/learn-ranking';
export { withLikeliest } from './ranking/likeliest';
export { rankingMetrics, rankOf, type RankingMetrics } from './ranking/metrics';
export { DEFAULT_THRESHOLDS } from './ranking/thresholds';
export { entryVector } from './retrieval/entry-vector';
export {
  KnowledgeIndex,
  type Candidates,
  type DenseHit,
  type IndexedEntry,
  type IndexedText,
  type IndexQuery,
  type TextKind,
} from './retrieval/knowledge-index';
export { composeExtract, type JudgedSentence } from './passages/compose-extract';
export type { DocumentBlock } from './passages/document-block';
export {
  joinSentences,
  passageContext,
  passageSearchText,
  splitPassages,
  type SplitOptions,
  type SplitPassage,
} from './passages/split-passages';
export {
  PassageIndex,
  type DocumentPassage,
  type IndexedDocument,
  type IndexedPassage,
  type PassageCandidates,
  type PassageHit,
  type PassageQuery,
} from './retrieval/passage-index';
export { hasWords, normalForm, termsOf, type Terms } from './text/terms';
export { dialogueTasks, OUT_OF_SCOPE, toUnderstanding, type DialogueTasks } from './understanding/dialogue-head';
export { maskPersonalData } from './privacy/mask';
export { recogniseValues, slotValue, type RecognisedValues, type RecognitionContext } from './slots/recognise';
export { parseTemplate, renderTemplate, type TemplateVariables } from './templates/template';
