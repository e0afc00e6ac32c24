/** The promise of something that can be ended early. */

/**
 * Disposing of it ends what it is the promise of. `await using` also waits for the outcome, and the
 * end of the block rejects as the promise does, unless the program has awaited or otherwise handled
 * the promise: each error is reported once.
 */
export abstract class DisposablePromise<Value>
  extends Promise<Value>
  implements Disposable, AsyncDisposable
{
  #isHandled = false;
  #isSettled = false;

  constructor(outcome: Promise<Value>) {
    super((resolve) => resolve(outcome));
    const setSettled = () => {
      this.#isSettled = true;
    };
    outcome.then(setSettled, setSettled);
  }

  /** `then()` returns ordinary promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Does nothing after the end. */
  protected abstract end(): void;

  /** Whether the promise rejects only because the program has ended it. */
  protected abstract isOwnEnd(error: unknown): boolean;

  // `await` calls it too, since the class is not `Promise` itself.
  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<One = Value, Other = never>(
    onFulfilled?: ((value: Value) => One | PromiseLike<One>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    this.#isHandled = true;
    return super.then(onFulfilled, onRejected);
  }

  [Symbol.dispose](): void {
    this.end();
    // Node reports a rejection that came before.
    if (!this.#isSettled) this.#outcome();
  }

  /**
   * A getter: `await using` reads it at the start of its block, which is all that distinguishes such
   * a promise from a forgotten one. From then on the end of the block reports a rejection, and Node
   * must not.
   */
  get [Symbol.asyncDispose](): () => Promise<void> {
    super.then(undefined, () => {});
    return async () => {
      this.end();
      await this.#outcome();
    };
  }

  /** Rejects with an error that nothing else has reported. */
  #outcome(): Promise<void> {
    return super.then(
      () => {},
      (error: unknown) => {
        if (!this.#isHandled && !this.isOwnEnd(error)) throw error;
      },
    );
  }
}
