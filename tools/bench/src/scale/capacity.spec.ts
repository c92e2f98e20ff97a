import { capacityFor, type UnitCost } from './capacity';

const cost = (eventLoop: number, others: number, database = 0, broker = 0): UnitCost => ({ eventLoop, others, database, broker });
const deployment = { coresOfReplica: 1, utilisation: 0.5, fewest: 2 };

describe('capacity', () => {
  it('follows from processor time and rate at the peak', () => {
    expect(capacityFor([{ peak: 100, cost: cost(4, 6, 3, 1) }], deployment)).toEqual({
      onOneCore: 100,
      cores: 1,
      replicas: 2,
      databaseCores: 0.3,
      databaseSize: 1,
      brokerCores: 0.1,
    });
  });

  it('adds what a service does at the same time; one core is told of the first alone', () => {
    const both = capacityFor(
      [
        { peak: 1_000, cost: cost(5, 0, 2) },
        { peak: 500, cost: cost(2, 2, 1) },
      ],
      deployment,
    );
    expect(both).toMatchObject({ onOneCore: 200, cores: 7, replicas: 14, databaseCores: 2.5, databaseSize: 5 });
  });

  it('counts an event loop as one core, however many a replica has', () => {
    const wide = { ...deployment, coresOfReplica: 4 };
    expect(capacityFor([{ peak: 1_000, cost: cost(3, 1) }], wide).replicas).toBe(6);
    expect(capacityFor([{ peak: 1_000, cost: cost(1, 7) }], wide).replicas).toBe(4);
  });

  it('keeps the fewest replicas where less would do', () => {
    expect(capacityFor([{ peak: 1, cost: cost(1, 1) }], deployment).replicas).toBe(2);
  });
});
