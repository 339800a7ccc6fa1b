import type { Socket } from 'node:net'

/** Connections on which something is being answered: a server that closes lets those finish. */
export class BusySockets {
  /**
   * Requests under way on each open connection on which one was sent once: its client may keep it for more. Entries stay until the
   * connection closes, since a map whose entries come and go with each request makes the garbage that is collected last.
   */
  readonly #counts = new Map<Socket, number>()
  #busyCount = 0
  #isDraining = false
  #onIdle: ((socket: Socket) => void) | undefined

  /** Whether each connection ends with its next answer. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  get usedCount(): number {
    return this.#counts.size
  }

  /** Connections on which something is being answered now. */
  get busyCount(): number {
    return this.#busyCount
  }

  has(socket: Socket): boolean {
    return (this.#counts.get(socket) ?? 0) > 0
  }

  begin(socket: Socket): void {
    if (socket.destroyed) return
    const count = this.#counts.get(socket)
    if (count === undefined) socket.once('close', () => this.#forget(socket))
    if (!count) this.#busyCount++
    this.#counts.set(socket, (count ?? 0) + 1)
  }

  end(socket: Socket): void {
    const count = this.#counts.get(socket)
    // One that closed in the middle is forgotten.
    if (count) this.#counts.set(socket, count - 1)
    if (count === 1) this.#busyCount--
    if (!count || count === 1) this.#onIdle?.(socket)
  }

  /** From now on a connection ends with the last answer on it. */
  drain(): void {
    this.#isDraining = true
    this.onIdle((socket) => socket.end())
  }

  /** From now on told of each connection whose last answer was given. */
  onIdle(listener: (socket: Socket) => void): void {
    this.#onIdle = listener
  }

  #forget(socket: Socket): void {
    if (this.has(socket)) this.#busyCount--
    this.#counts.delete(socket)
  }
}
