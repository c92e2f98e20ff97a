import { version } from '../package.json';

export { version };

/** What the models that this program writes say about who wrote them. */
export const createdBy = `attune ${version}`;
