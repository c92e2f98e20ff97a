export * from './encoder';
export * from './errors';
