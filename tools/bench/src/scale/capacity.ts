/** Processor time of one unit of work: a document, a message, a list, an event; milliseconds. */
export interface UnitCost {
  /** Of the service's event loop, which is one thread. */
  readonly eventLoop: number;
  /** Of its other threads: the model, garbage collection. */
  readonly others: number;
  readonly database: number;
  readonly broker: number;
}

/** What must be served. */
export interface Demand {
  /** Units a second at the busiest. */
  readonly peak: number;
  readonly cost: UnitCost;
}

/** How a service is deployed. */
export interface Deployment {
  /** Processors that a replica asks for. */
  readonly coresOfReplica: number;
  /** Share of them at which the autoscaler adds a replica, and to which a database is filled: above it, queues grow long. */
  readonly utilisation: number;
  /** Replicas there are always, for the loss of one. */
  readonly fewest: number;
}

/** What follows. */
export interface Capacity {
  /** Units a second that one core serves, all threads of the service counted. */
  readonly onOneCore: number;
  /** Cores that the service is busy with at the peak, on average. */
  readonly cores: number;
  readonly replicas: number;
  /** Cores of its database that are busy at the peak, and that are to be there. */
  readonly databaseCores: number;
  readonly databaseSize: number;
  readonly brokerCores: number;
}

/** Cores of all threads of a service. */
export function serviceMilliseconds({ eventLoop, others }: UnitCost): number {
  return eventLoop + others;
}

/**
 * Adds up what a service must serve at the same time. A replica has enough when neither its processors nor its event loop is fuller than
 * the utilisation says.
 */
export function capacityFor(demands: readonly Demand[], { coresOfReplica, utilisation, fewest }: Deployment): Capacity {
  const cores = (milliseconds: (cost: UnitCost) => number): number =>
    demands.reduce((sum, { peak, cost }) => sum + (peak * milliseconds(cost)) / 1_000, 0);
  const busy = cores(serviceMilliseconds);
  const loops = cores(({ eventLoop }) => eventLoop);
  const needed = Math.max(busy / coresOfReplica, loops) / utilisation;
  const databaseCores = cores(({ database }) => database);
  return {
    onOneCore: 1_000 / serviceMilliseconds(demands[0].cost),
    cores: busy,
    replicas: Math.max(fewest, Math.ceil(needed)),
    databaseCores,
    databaseSize: Math.ceil(databaseCores / utilisation),
    brokerCores: cores(({ broker }) => broker),
  };
}
