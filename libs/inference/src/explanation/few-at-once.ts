import { Overloaded } from '../overloaded';

/** Bounds work that takes hundreds of texts a request and waits behind no bound of its own, such as explanations. */
export class FewAtOnce {
  private running = 0;

  constructor(private readonly most: number) {}

  /** @throws Overloaded where as many run as may */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) throw new Overloaded(1);
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }
}
