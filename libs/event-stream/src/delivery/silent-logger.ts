import type { StreamLogger } from '../options';

const nothing = (): void => undefined;

/** For streams that nobody listens to. */
export const silentLogger: StreamLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
