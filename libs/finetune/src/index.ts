export * from './config/head-config';
export * from './data/example';
export { Random, type RandomState } from './random';
