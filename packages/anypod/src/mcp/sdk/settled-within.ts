/**
 * What `work` comes to, if it does so within `ms`; else rejects with what `late` makes, and hands the value to `discard` once it comes after all.
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
