/**
 * Runs tasks of one name one after the other, each when the one before has settled, and tasks of different names side by
 * side. Commands sent without waiting may change places (an unknown script, a redirection in a Cluster): what must not, goes
 * through here.
 */
export function createOrder(): <T>(name: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const before = last.get(name);
    const running = before ? before.then(task, task) : task();
    last.set(name, running);
    const forget = () => {
      if (last.get(name) === running) last.delete(name);
    };
    running.then(forget, forget);
    return running;
  };
}
