import type { ItemFilter, StoredItem } from '@attune/contracts';

/** Whether an item may be listed: of one of the categories, with all of the attributes, and not excluded. */
export function passes(item: StoredItem, { categories, attributes = {}, exclude }: ItemFilter): boolean {
  if (categories !== undefined && (item.category === undefined || !categories.includes(item.category))) return false;
  if (exclude?.includes(item.id) === true) return false;
  return Object.entries(attributes).every(([name, wanted]) => fits(name === 'price' ? item.price : item.attributes[name], wanted));
}

/** Whether a filter lets everything through. */
export function isOpen({ categories, attributes, exclude }: ItemFilter): boolean {
  return categories === undefined && attributes === undefined && exclude === undefined;
}

type Wanted = NonNullable<ItemFilter['attributes']>[string];

function fits(value: StoredItem['attributes'][string] | undefined, wanted: Wanted): boolean {
  if (value === undefined) return false;
  if (typeof wanted === 'object' && !Array.isArray(wanted)) {
    return typeof value === 'number' && value >= (wanted.from ?? -Infinity) && value <= (wanted.to ?? Infinity);
  }
  const values = Array.isArray(value) ? value : [value];
  const accepted: readonly (string | boolean)[] = Array.isArray(wanted) ? wanted : [wanted];
  return values.some((each) => accepted.some((one) => one === each || String(one) === String(each)));
}
