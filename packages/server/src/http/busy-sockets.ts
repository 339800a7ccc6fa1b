import type { Socket } from 'node:net'

/** Connections on which something is being answered: a server that closes lets those finish. */
export class BusySockets {
  readonly #counts = new Map<Socket, number>()
  /** Open connections on which a request was sent once: their clients may keep them for more. */
  readonly #used = new Set<Socket>()
  #isDraining = false
  #onIdle: ((socket: Socket) => void) | undefined

  /** Whether each connection ends with its next answer. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  get usedCount(): number {
    return this.#used.size
  }

  /** Connections on which something is being answered now. */
  get busyCount(): number {
    return this.#counts.size
  }

  has(socket: Socket): boolean {
    return this.#counts.has(socket)
  }

  begin(socket: Socket): void {
    this.#counts.set(socket, (this.#counts.get(socket) ?? 0) + 1)
    if (this.#used.has(socket)) return
    this.#used.add(socket)
    socket.once('close', () => this.#used.delete(socket))
  }

  end(socket: Socket): void {
    const left = (this.#counts.get(socket) ?? 1) - 1
    if (left > 0) this.#counts.set(socket, left)
    else {
      this.#counts.delete(socket)
      this.#onIdle?.(socket)
    }
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
}
