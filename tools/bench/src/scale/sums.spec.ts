import { ASSUMPTIONS, capacities, costliest, costTable, readCostTable, sumTable, type UnitCosts } from './sums';

const cost = (eventLoop: number, others: number, database: number, broker: number) => ({ eventLoop, others, database, broker });
const COSTS: UnitCosts = {
  documents: cost(1, 4, 0.5, 0.25),
  replies: cost(4, 3, 2, 0.1),
  lists: cost(2.5, 0.5, 1.5, 0),
  events: cost(0.1, 0.02, 0.08, 0.01),
};

describe('the sums of a page', () => {
  it('follow from what a unit costs and what is asked', () => {
    const { 'sentiment-monitor': monitor, 'customer-service': dialogue, recommender } = capacities(COSTS, ASSUMPTIONS);
    expect(monitor.cores).toBeCloseTo((1e6 / 86_400) * 4.5 * 0.005, 6);
    expect(monitor.replicas).toBe(2);
    expect(dialogue).toMatchObject({ replicas: 2, databaseSize: 1 });
    expect(dialogue.cores).toBeCloseTo(0.7, 6);
    // 3 ms a list and 0.12 ms an event, 1,000 of each: 3.12 cores, of which no replica is to fill more than 70 %.
    expect(recommender).toMatchObject({ replicas: 5, databaseSize: 3 });
  });

  it('are a row for each service', () => {
    const rows = sumTable(COSTS, ASSUMPTIONS).split('\n').slice(2);
    expect(rows[0]).toBe('| sentiment-monitor | 52 documents (1,000,000 a day) | 0.26 | 2 | 0.03 | 1 | 0.01 |');
    expect(rows[2]).toBe('| recommender | 1,000 lists and 1,000 events | 3.12 | 5 | 1.58 | 3 | 0.01 |');
  });

  it('can be made again of the costs that a page holds', () => {
    const page = `# A page\n\n${costTable(COSTS)}\n`;
    expect(readCostTable(page)).toEqual(COSTS);
    expect(page).toContain('| documents | 1.00 | 4.00 | 0.50 | 0.25 | 200 |');
    expect(Number.isNaN(readCostTable('').lists.eventLoop)).toBe(true);
  });

  it('stand on the costliest measurement', () => {
    expect(costliest([COSTS.lists, COSTS.replies, COSTS.events])).toBe(COSTS.replies);
  });
});
