import { formatTable } from '../write-result';
import { capacityFor, serviceMilliseconds, type Capacity, type Deployment, type UnitCost } from './capacity';
import type { ServiceName } from './scale-ground';

/** Kinds of work, as pages call a unit of each. */
export const UNITS = ['documents', 'replies', 'lists', 'events'] as const;
export type Unit = (typeof UNITS)[number];
export type UnitCosts = Readonly<Record<Unit, UnitCost>>;

/** What the sums assume. */
export interface Assumptions extends Deployment {
  readonly documentsADay: number;
  /** Busiest hour over the mean of the day. */
  readonly documentPeak: number;
  /** A second, at the busiest. */
  readonly messages: number;
  readonly lists: number;
  /** Behaviour events a second beside those lists. */
  readonly events: number;
}

/** What is to be served, as production is deployed. */
export const ASSUMPTIONS: Assumptions = {
  documentsADay: 1_000_000,
  documentPeak: 4.5,
  messages: 100,
  lists: 1_000,
  events: 1_000,
  coresOfReplica: 1,
  utilisation: 0.7,
  fewest: 2,
};

const SECONDS_OF_A_DAY = 86_400;

/** What each service needs. */
export function capacities(costs: UnitCosts, assumptions: Assumptions): Record<ServiceName, Capacity> {
  const { documentsADay, documentPeak, messages, lists, events } = assumptions;
  const documents = (documentsADay / SECONDS_OF_A_DAY) * documentPeak;
  return {
    'sentiment-monitor': capacityFor([{ peak: documents, cost: costs.documents }], assumptions),
    'customer-service': capacityFor([{ peak: messages, cost: costs.replies }], assumptions),
    recommender: capacityFor(
      [
        { peak: lists, cost: costs.lists },
        { peak: events, cost: costs.events },
      ],
      assumptions,
    ),
  };
}

/** What a unit of each kind of work costs, as a table of a page. */
export function costTable(costs: UnitCosts): string {
  return formatTable(
    ['ms of processor time a unit', 'event loop', 'other threads', 'PostgreSQL', 'Kafka', 'one core of the service serves a second'],
    UNITS.map((unit) => {
      const { eventLoop, others, database, broker } = costs[unit];
      const parts = [eventLoop, others, database, broker].map((milliseconds) => milliseconds.toFixed(2));
      return [unit, ...parts, (1_000 / serviceMilliseconds(costs[unit])).toFixed(0)];
    }),
  );
}

/** Reads what `costTable` wrote, of any page that holds such rows. */
export function readCostTable(page: string): UnitCosts {
  const costs = UNITS.map((unit): [Unit, UnitCost] => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${unit} |`));
    const [eventLoop = NaN, others = NaN, database = NaN, broker = NaN] = (row ?? '').split('|').slice(2, 6).map(Number);
    return [unit, { eventLoop, others, database, broker }];
  });
  return Object.fromEntries(costs) as UnitCosts;
}

/** How the numbers add up, as a table of a page. */
export function sumTable(costs: UnitCosts, assumptions: Assumptions): string {
  const { documentsADay, documentPeak, messages, lists, events } = assumptions;
  const number = (value: number): string => value.toLocaleString('en');
  const documents = (documentsADay * documentPeak) / SECONDS_OF_A_DAY;
  const needs = capacities(costs, assumptions);
  const row = (name: string, asked: string, { cores, replicas, databaseCores, databaseSize, brokerCores }: Capacity): string[] => [
    name,
    asked,
    cores.toFixed(2),
    String(replicas),
    databaseCores.toFixed(2),
    String(databaseSize),
    brokerCores.toFixed(2),
  ];
  return formatTable(
    [
      'service',
      'at the busiest, a second',
      'cores busy',
      'replicas',
      'cores of PostgreSQL busy',
      'cores of PostgreSQL to have',
      'cores of Kafka busy',
    ],
    [
      row('sentiment-monitor', `${documents.toFixed(0)} documents (${number(documentsADay)} a day)`, needs['sentiment-monitor']),
      row('customer-service', `${number(messages)} messages`, needs['customer-service']),
      row('recommender', `${number(lists)} lists and ${number(events)} events`, needs.recommender),
    ],
  );
}

/** The costliest of several measurements of a unit, by what the service spends. */
export function costliest(costs: readonly UnitCost[]): UnitCost {
  return costs.reduce((most, cost) => (serviceMilliseconds(cost) > serviceMilliseconds(most) ? cost : most));
}
