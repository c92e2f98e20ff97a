import { AttuneError } from '@attune/artifact';
import type { EntryInput } from '@attune/contracts';
import { parseTemplate, renderTemplate } from '@attune/dialogue';
import { HttpProblem } from '@attune/service-kit';
import type { ActionClient } from '../actions/action-client';

/**
 * Holds an entry's answer against what it can be filled with: every name in it is a slot's or a value of the action, and
 * what may be missing stands in a section, so that the answer is whole without it.
 *
 * @throws HttpProblem `unprocessable` with every fault
 */
export function checkEntry(input: EntryInput, actions: ActionClient): void {
  const faults = [...templateFaults(input, actions)];
  if (faults.length > 0)
    throw new HttpProblem('unprocessable', { errors: faults.map(([path, message]) => ({ path: `/body/${path}`, message })) });
}

/** What is wrong with an entry: where, and why. */
export function* templateFaults({ answer, slots, action }: EntryInput, actions: ActionClient): Generator<[path: string, message: string]> {
  const definition = action === undefined ? undefined : actions.get(action);
  if (action !== undefined && definition === undefined)
    yield ['action', `there is no action "${action}"; they are configured with ATTUNE_ACTIONS_FILE`];
  const fetched = Object.keys(definition?.values ?? {});
  const certain = slots.filter(({ required }) => required).map(({ name }) => name);
  const known = [...slots.map(({ name }) => name), ...fetched];
  try {
    const { names, needed } = parseTemplate(answer);
    for (const name of names) if (!known.includes(name)) yield ['answer', `{{${name}}} is neither a slot nor a value of the action`];
    for (const name of needed) {
      if (known.includes(name) && !certain.includes(name)) {
        yield ['answer', `{{${name}}} may be missing: write {{#${name}}}…{{/${name}}} around what is said with it`];
      }
    }
    const least = renderTemplate(answer, Object.fromEntries(certain.map((name) => [name, name])));
    if (least.trim() === '') yield ['answer', 'it says nothing where the values that may be missing are missing'];
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    yield ['answer', error.message];
  }
}
