import type { CatalogItem } from '@attune/contracts';
import type { NewItem } from '@attune/ranking';

/** An item as scoring reads it: its category, texts and flags are categories, its price and numbers are numbers. */
export function toNewItem({ id, category, price, attributes, publishedAt }: CatalogItem, vector: Float32Array | undefined): NewItem {
  const categories: Record<string, readonly string[]> = category === undefined ? {} : { category: [category] };
  const numbers: Record<string, number> = price === undefined ? {} : { price };
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'number') numbers[name] = value;
    else categories[name] = Array.isArray(value) ? value : [String(value)];
  }
  return {
    id,
    categories,
    numbers,
    ...(vector === undefined ? {} : { vector }),
    ...(publishedAt === undefined ? {} : { publishedAt: Date.parse(publishedAt) }),
  };
}
