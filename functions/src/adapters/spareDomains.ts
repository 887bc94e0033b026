import { EventEmitter } from "node:events";

/**
 * Lets functions-framework run its requests without a `node:domain`; nothing happens where it does not run.
 *
 * It makes a domain for each request. From the first one on Node.js follows every promise and every callback
 * of the process, and learns of it when each is collected as garbage: a fifth of the CPU time of a window
 * check. All that it does in return is to catch errors that nobody awaits. Ours await everything, and what
 * escaped all the same, later than at once, should end the process, which it does without a domain: the
 * platform starts another and sends again.
 *
 * Must run after the framework is loaded, and before the first request: when a function's module is loaded.
 */
export function spareDomains(): void {
  if (!("domain" in process)) return;
  Object.assign(process.getBuiltinModule("node:domain"), { create: () => new Scope() });
}

/** What the framework asks of a domain. What is thrown at once is told as `error`; it answers 500 then. */
class Scope extends EventEmitter {
  /** Runs work that calls a function, by the next tick or at once: during the call it is the domain. */
  run(work: () => void): void {
    const nextTick = Reflect.get(process, "nextTick");
    process.nextTick = (call: (...args: unknown[]) => void, ...args: unknown[]) => {
      nextTick(() => {
        this.#call(() => {
          call(...args);
        });
      });
    };
    try {
      this.#call(work);
    } finally {
      process.nextTick = nextTick;
    }
  }

  bind<T>(callback: T): T {
    return callback;
  }

  #call(call: () => void): void {
    const scope = process as { domain?: unknown };
    const outer = scope.domain;
    scope.domain = this;
    try {
      call();
    } catch (error) {
      this.emit("error", error);
    } finally {
      scope.domain = outer;
    }
  }
}
