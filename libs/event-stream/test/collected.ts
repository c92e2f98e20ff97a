/** What specs wait for instead of time: values that come in, and promises that are kept from outside. */
export class Collected<T> {
  readonly all: T[] = [];
  private waiting: { isThere: (all: readonly T[]) => boolean; resolve: () => void }[] = [];

  add(...values: readonly T[]): void {
    this.all.push(...values);
    const isOver = this.waiting.filter(({ isThere }) => isThere(this.all));
    this.waiting = this.waiting.filter((each) => !isOver.includes(each));
    for (const { resolve } of isOver) resolve();
  }

  async until(isThere: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    if (!isThere(this.all)) await new Promise<void>((resolve) => this.waiting.push({ isThere, resolve }));
    return this.all;
  }

  count(number: number): Promise<readonly T[]> {
    return this.until((all) => all.length >= number);
  }
}

/** A promise and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
