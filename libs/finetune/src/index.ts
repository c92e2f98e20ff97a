export { writeHeadConfigExample } from './config/config-example';
export { describeHeadConfig, type ConfigKey, type ConfigSection } from './config/config-keys';
export * from './config/head-config';
export { loadHeadConfig, type ConfigFlag } from './config/load-config';
export * from './data/example';
export * from './encoders';
export { Random, type RandomState } from './random';
