import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Below what V8 lets gather outside of its heap before it walks through all of it. */
const FREE_EVERY_BYTES = 24_000_000

type Collect = (options: { readonly type: 'minor' }) => void
let collect: Collect | undefined
let passedBytes = 0

/**
 * Told of every piece of a stream that has passed, it frees pieces in time.
 *
 * The bytes of a piece lie outside of V8's heap, where 64 MB of them make it mark the whole heap, 40 ms each time: a gigabyte cost more time for that
 * than for writing and hashing it. A collection of the young objects alone frees the same bytes in a millisecond, but V8 does not think of it, since
 * the objects themselves are small.
 */
export function piecePassed(byteCount: number): void {
  passedBytes += byteCount
  if (passedBytes < FREE_EVERY_BYTES) return
  passedBytes = 0
  collect ??= exposeCollect()
  collect({ type: 'minor' })
}

function exposeCollect(): Collect {
  setFlagsFromString('--expose-gc')
  // The name is there in contexts that are made after the flag was set.
  return runInNewContext('gc') as Collect
}
