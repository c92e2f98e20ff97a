import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import {
  calibrated,
  closeCandidates,
  DEFAULT_PASSAGE_RANKING,
  fitWeights,
  posteriorOf,
  type GroupedRanking,
  type LearntRanking,
  type RankingWeights,
} from '@attune/dialogue';
import { Predictor } from '@attune/inference';
import { z } from 'zod';
import { exportEncoder } from '../retrieval/fold-encoder';
import type { Result } from '../write-result';
import { readHandbooks } from './handbooks';
import { rankPassages, searchedDocument, type SearchedDocument } from './passage-questions';

export interface PassageMeasurementOptions {
  /** Model store with a promoted head of the customer service. */
  models: string;
  encoder: string;
  /** Folder with the knowledge of the head. */
  head: string;
  work: string;
  onRun: (what: string) => void;
  command: string;
}

/** Handbooks that weights are fitted to; the others are held out. */
const TAUGHT = ['bicycle-shop', 'gym', 'library'];
/** Passages that are quoted together at most. */
const MOST_QUOTED = 3;
/** The ranking before this measurement, for comparison. */
const FORMER: LearntRanking = {
  ...DEFAULT_PASSAGE_RANKING,
  weights: {
    candidate: { ...DEFAULT_PASSAGE_RANKING.weights.candidate, dense: 14, lexical: 4, identifiers: 4 },
    none: { bias: 9, outOfScope: 4, unknownWords: 0 },
  },
  thresholds: { answer: 0.6, clarify: 0.6 },
};

/** Questions of documents for an encoder: to fit weights to, and held out. */
interface Asked {
  readonly name: string;
  readonly taught: readonly GroupedRanking[];
  readonly heldOut: readonly (readonly [what: string, questions: readonly GroupedRanking[]])[];
}

/**
 * How well passages are ranked and their probabilities are calibrated where there are too few documents to learn from, by encoders: on
 * handbooks that the default weights were not fitted to, and on answers of the example knowledge as passages.
 */
export async function measurePassages(options: PassageMeasurementOptions): Promise<Result> {
  const { onRun, models } = options;
  const documents = (await readHandbooks()).map((handbook) => ({ name: handbook.name, document: searchedDocument(handbook) }));
  const isTaught = ({ name }: { name: string }): boolean => TAUGHT.includes(name);
  const sets = {
    taught: documents.filter(isTaught).map(({ document }) => document),
    heldOut: documents.filter((each) => !isTaught(each)).map(({ document }) => document),
    knowledge: [await readKnowledge(options.head)],
  };
  const head = await new ModelStore(models).open('customer-service');
  const all: Asked[] = [];
  for (const [name, directory] of [
    ['pretrained', await exportEncoder({ ...options, config: '' })],
    ['example head', head.directory],
  ]) {
    onRun(`asking with the ${name} encoder`);
    all.push(await askAll(name, directory, sets));
  }
  const fitted = fitWeights(
    all.flatMap(({ taught }) => taught),
    DEFAULT_PASSAGE_RANKING.weights,
  );
  return resultOf(all, fitted, options);
}

async function askAll(
  name: string,
  directory: string,
  { taught, heldOut, knowledge }: Readonly<Record<'taught' | 'heldOut' | 'knowledge', readonly SearchedDocument[]>>,
): Promise<Asked> {
  const predictor = await Predictor.open(directory, { precision: 'int8' });
  try {
    // Of documents alone nobody knows what chance is.
    const ask = (documents: readonly SearchedDocument[]) => rankPassages(documents, predictor, 0);
    const [first, second, third] = [await ask(taught), await ask(heldOut), await ask(knowledge)];
    return {
      name,
      taught: [...first.asked, ...first.withoutAnswer],
      heldOut: [
        ['handbooks', second.asked],
        ['handbooks, their answers taken out', second.withoutAnswer],
        ['answers of the example knowledge', third.asked],
        ['answers of the example knowledge, taken out', third.withoutAnswer],
      ],
    };
  } finally {
    await predictor.close();
  }
}

const entrySchema = z.object({ question: z.string(), phrasings: z.array(z.string()), answer: z.string() });

/** The answers of the example knowledge as passages, and the phrasings that training did not see as questions. */
async function readKnowledge(head: string): Promise<SearchedDocument> {
  const read = async (file: string) =>
    (await readFile(join(head, file), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  const entries = (await read('knowledge.jsonl')).map((row) => entrySchema.parse(row));
  const placeOf = new Map(entries.map(({ question }, place) => [question, place]));
  const tests = (await read('knowledge-test.jsonl')).map((row) => entrySchema.omit({ answer: true }).parse(row));
  return {
    title: 'Help',
    passages: entries.map(({ answer }) => ({ headings: [], sentences: [answer] })),
    questions: tests.flatMap(({ question, phrasings }) => phrasings.map((text) => ({ text, passage: placeOf.get(question) }))),
  };
}

interface Judgement {
  readonly questions: number;
  /** Whose likeliest passage is the right one, whether it is quoted or not. */
  readonly found: number;
  readonly answered: number;
  readonly right: number;
  /** Answers where there is none. */
  readonly wrong: number;
}

/** As the service decides: the passages that are close to the best one are quoted together, where together they are likely enough. */
function judge(questions: readonly GroupedRanking[], { weights, calibration, thresholds }: LearntRanking): Judgement {
  const judged = questions.map((question) => {
    const candidates = posteriorOf(question, weights)
      .candidates.map((probability, place) => ({ probability: calibrated(calibration, probability), place }))
      .sort((a, b) => b.probability - a.probability);
    const close = closeCandidates(candidates, MOST_QUOTED);
    const isAnswered = close.reduce((sum, { probability }) => sum + probability, 0) >= thresholds.answer;
    const isFound = question.answer !== undefined && candidates.at(0)?.place === question.answer;
    return { isFound, isAnswered, isRight: isAnswered && close.some(({ place }) => place === question.answer) };
  });
  const count = (of: (each: (typeof judged)[number]) => boolean): number => judged.filter(of).length;
  const answered = count(({ isAnswered }) => isAnswered);
  const right = count(({ isRight }) => isRight);
  return { questions: questions.length, found: count(({ isFound }) => isFound), answered, right, wrong: answered - right };
}

function resultOf(all: readonly Asked[], fitted: RankingWeights, { command }: PassageMeasurementOptions): Result {
  const rankings = [
    ['before', FORMER],
    ['default', DEFAULT_PASSAGE_RANKING],
  ] as const;
  const { candidate, none } = fitted;
  const figure = (value: number): string => value.toFixed(1);
  return {
    name: 'passages',
    title: 'Answers of documents that are too few to learn from',
    command,
    summary:
      'How many questions passages answer from the default threshold on, and in how many of the answers the right passage is quoted. Six handbooks with 139 questions, a quarter of which ' +
      'nothing in them answers, were written for this: to three of them the default weights were fitted, the other three lie together here. ' +
      'The answers of the example knowledge are asked for by the phrasings that training did not see. Chance is taken as 0.',
    columns: ['encoder', 'held out', 'questions', 'weights', 'likeliest is right', 'answered', 'right', 'wrong'],
    rows: all.flatMap(({ name, heldOut }) =>
      heldOut.flatMap(([what, questions]) =>
        rankings.map(([ranking, weights]) => {
          const { found, answered, right, wrong } = judge(questions, weights);
          return [name, what, String(questions.length), ranking, ...[found, answered, right, wrong].map(String)];
        }),
      ),
    ),
    notes: [
      `What the questions of ${TAUGHT.join(', ')} teach, with both encoders and the default weights as prior: nearness ${figure(candidate.dense)}, words ${figure(candidate.lexical)}, ` +
        `identifiers ${figure(candidate.identifiers)}, held against none: ${figure(none.bias)}, unknown words ${figure(none.unknownWords)}. The defaults are round figures of it.`,
      'Answers of the example knowledge stand alone, without headings, and several of them are about the same: where the likeliest passage is rarely the right one, no threshold makes it so. Documents with headings are what the defaults are for.',
    ],
  };
}
