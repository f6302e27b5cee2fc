/**
 * Settles as `work` does, if that happens within `ms`. Otherwise rejects with the error that `late` returns, and hands a value that comes later to
 * `discard`.
 */
export function settledWithin<T>(
  work: PromiseLike<T>,
  ms: number,
  late: () => Error,
  discard: (value: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(late());
    }, ms);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    Promise.resolve(work).then(
      (value) => settle(() => (over ? discard(value) : resolve(value))),
      (reason: unknown) => settle(() => reject(reason)),
    );
  });
}
