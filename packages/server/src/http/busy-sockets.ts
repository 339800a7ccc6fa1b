import type { Socket } from 'node:net'

/** Connections on which something is being answered: a server that closes lets those finish. */
export class BusySockets {
  readonly #counts = new Map<Socket, number>()
  #onIdle: ((socket: Socket) => void) | undefined

  has(socket: Socket): boolean {
    return this.#counts.has(socket)
  }

  begin(socket: Socket): void {
    this.#counts.set(socket, (this.#counts.get(socket) ?? 0) + 1)
  }

  end(socket: Socket): void {
    const left = (this.#counts.get(socket) ?? 1) - 1
    if (left > 0) this.#counts.set(socket, left)
    else {
      this.#counts.delete(socket)
      this.#onIdle?.(socket)
    }
  }

  /** From now on told of each connection whose last answer was given. */
  onIdle(listener: (socket: Socket) => void): void {
    this.#onIdle = listener
  }
}
