/** Streams that a client may hold open for ever: when the server closes each is told, and ends by itself. */
export class OpenStreams {
  readonly #finish = new Set<() => void>()
  #isClosing = false

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** @returns Takes the stream out again, once it has ended. */
  add(finish: () => void): () => void {
    this.#finish.add(finish)
    if (this.#isClosing) finish()
    return () => this.#finish.delete(finish)
  }

  close(): void {
    this.#isClosing = true
    for (const finish of this.#finish) finish()
  }
}
