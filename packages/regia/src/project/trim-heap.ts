import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { readonly type: 'major'; readonly execution: 'sync'; readonly flavor: 'last-resort' }) => void

/**
 * Gives back the memory that starting took: loading a thousand modules leaves a heap twice as large as what lives in it, and V8 keeps it for as
 * long as nothing presses. Takes some tenths of a second; for a process that will live long.
 */
export function trimHeap(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  // The one cast: Node has no types for what the flag makes.
  if (typeof collect === 'function') (collect as Collect)({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
