/** Wakes those who wait for work. A wake between a look and a wait is not missed: the waiter says which wakes it has seen. */
export class WorkSignal {
  #count = 0
  #waiters = new Set<() => void>()

  get count(): number {
    return this.#count
  }

  wake(): void {
    this.#count++
    for (const resolve of this.#waiters) resolve()
    this.#waiters = new Set()
  }

  /** Resolves at the next wake after the `seen`-th, when the time is up, or when the signal aborts. */
  wait(seen: number, ms: number, signal: AbortSignal): Promise<void> {
    if (seen !== this.#count || signal.aborted || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
      this.#waiters.add(done)
    })
  }
}
