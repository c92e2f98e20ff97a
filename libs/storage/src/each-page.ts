/**
 * Every row of a list, page by page.
 *
 * @param size rows that a full page has
 * @param read the page after a row; at first after none
 */
export async function* eachPage<Row>(size: number, read: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let last: Row | undefined; ;) {
    const rows = await read(last);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    last = rows[rows.length - 1];
  }
}
