/**
 * What is to be done at which time, the earliest first; of the same time in the order in which it was noted.
 * A binary heap: noting and taking are work for the logarithm of what is noted.
 */
export class Agenda<Item> {
  readonly #heap: Noted<Item>[] = [];
  #noted = 0;

  note(atMs: number, item: Item): void {
    let place = this.#heap.push({ atMs, order: this.#noted++, item }) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#swapIfBefore(place, above)) break;
      place = above;
    }
  }

  /** Takes the next one that is due by then; undefined if none is. */
  take(untilMs: number): { readonly atMs: number; readonly item: Item } | undefined {
    const [next] = this.#heap;
    if (next === undefined || next.atMs > untilMs) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && last !== next) {
      this.#heap[0] = last;
      this.#sink();
    }
    return next;
  }

  #sink(): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(child, place)) return;
      place = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swapIfBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined || !this.#isBefore(a, b)) return false;
    this.#heap[a] = other;
    this.#heap[b] = one;
    return true;
  }
}

interface Noted<Item> {
  readonly atMs: number;
  readonly order: number;
  readonly item: Item;
}
