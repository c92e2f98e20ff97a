/** Waiting that someone else can end, also in advance: what is heard before the wait begins is not lost. */
export class WakeUp {
  private heard = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.heard = true;
    this.wake?.();
  }

  /** Resolves at the next ring, at once where there was one since the last wait, or after so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.heard) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = undefined;
    this.heard = false;
  }
}
