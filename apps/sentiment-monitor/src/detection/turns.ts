/** Lets work of one kind follow each other, and work of others go on beside it. */
export class Turns<Kind> {
  private readonly last = new Map<Kind, Promise<unknown>>();

  /** Runs work once all that was given for its kind before has ended, well or not. */
  async take<T>(kind: Kind, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(kind) ?? Promise.resolve()).then(work, work);
    this.last.set(kind, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(kind) === turn) this.last.delete(kind);
    }
  }
}
