export { readArticles, type Article } from './read-articles';
export { DEFAULT_SIMULATION, simulateReaders, type SimulatedEvent, type SimulationOptions } from './simulate-readers';
