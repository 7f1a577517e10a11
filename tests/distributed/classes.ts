/** Things that are known to be equal to each other. */
export class Classes<T> {
  readonly #classOf = new Map<T, Set<T>>()

  #of(member: T): Set<T> {
    const found = this.#classOf.get(member) ?? new Set([member])
    this.#classOf.set(member, found)
    return found
  }

  /** Notes that two things are equal. */
  unite(one: T, other: T): void {
    const [into, from] = [this.#of(one), this.#of(other)]
    if (into === from) return
    for (const member of from) {
      into.add(member)
      this.#classOf.set(member, into)
    }
  }

  /** Whether two things are known to be equal. */
  same(one: T, other: T): boolean {
    return this.#of(one) === this.#of(other)
  }

  /** All that is equal to a thing, and the thing itself. */
  members(one: T): readonly T[] {
    return [...this.#of(one)]
  }
}
