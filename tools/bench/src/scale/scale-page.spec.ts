import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSUMPTIONS, costliest, costTable, readCostTable, sumTable, UNITS } from './sums';

const DOCS = join(__dirname, '../../../../docs');
const page = readFileSync(join(DOCS, 'scale.md'), 'utf8');

/** Costs of a unit by the number of instances, of the result's table. */
function measured(unit: string): { instances: number; eventLoop: number; others: number; database: number; broker: number }[] {
  const rows = readFileSync(join(DOCS, 'results/scale.md'), 'utf8').split('\n');
  return rows
    .filter((line) => line.startsWith(`| ${unit} |`))
    .map((line) => line.split('|').slice(2, 8).map(Number))
    .map(([instances, , eventLoop, others, database, broker]) => ({ instances, eventLoop, others, database, broker }));
}

describe('docs/scale.md', () => {
  it('stands on the costliest measurement of each unit', () => {
    const costs = readCostTable(page);
    for (const unit of UNITS) {
      const { eventLoop, others, database, broker } = costliest(measured(unit));
      expect({ unit, ...costs[unit] }).toEqual({ unit, eventLoop, others, database, broker });
    }
  });

  it('adds up', () => {
    const costs = readCostTable(page);
    expect(page).toContain(costTable(costs));
    expect(page).toContain(sumTable(costs, ASSUMPTIONS));
  });

  it.each(UNITS)('knows %s of one, two and three instances', (unit) => {
    expect(measured(unit).map(({ instances }) => instances)).toEqual([1, 2, 3]);
  });
});
