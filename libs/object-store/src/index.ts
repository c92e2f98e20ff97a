export { parseLocation, type ObjectStoreLocation } from './location';
export { openModelStore, type OpenModelStoreOptions } from './open-model-store';
