/** Does one thing at a time under each name, in the order in which they were asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @throws what `work` throws; the next turn comes all the same. */
  take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve()
    const turn = before.catch(() => {}).then(work)
    this.#last.set(name, turn)
    return turn
  }
}
