const TICK_MS = 20
/** So many ticks after the last request nobody needs to know any more. */
const QUIET_TICKS = 50
/** How much of the last delay is still believed at the next tick. */
const FADE = 0.8

/** How far this thread is behind: the delay of a timer, fading. Costs nothing while no request comes. */
export class LoopDelay {
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #delayMs = 0
  #quiet = 0

  /** Milliseconds. Call `watch` with each request. */
  get ms(): number {
    if (!this.#timer) return 0
    // What is going on right now has not been seen by the timer yet.
    return Math.max(this.#delayMs, performance.now() - this.#dueAt)
  }

  watch(): void {
    this.#quiet = 0
    if (!this.#timer) this.#arm()
  }

  #arm(): void {
    this.#dueAt = performance.now() + TICK_MS
    this.#timer = setTimeout(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    const late = Math.max(0, performance.now() - this.#dueAt)
    this.#delayMs = Math.max(late, this.#delayMs * FADE)
    if (++this.#quiet < QUIET_TICKS) this.#arm()
    else {
      this.#timer = undefined
      this.#delayMs = 0
    }
  }
}

/** Of this process's main thread. */
export const loopDelay = new LoopDelay()
