import { connect, type Socket } from 'node:net'

/** Connections that are passed on, byte by byte, for the rest of their life. */
export class Relay {
  readonly #path: string
  readonly #open = new Set<Socket>()

  /** @param path - The unix socket of whoever answers. */
  constructor(path: string) {
    this.#path = path
  }

  get openCount(): number {
    return this.#open.size
  }

  readonly add = (socket: Socket): void => {
    this.#open.add(socket)
    // Whoever answers may go on after the asker has said all, and the other way round.
    const upstream = connect({ path: this.#path, allowHalfOpen: true })
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#open.delete(socket)
      upstream.destroy()
    })
    upstream.once('close', () => socket.destroySoon())
    socket.pipe(upstream)
    upstream.pipe(socket)
  }
}
