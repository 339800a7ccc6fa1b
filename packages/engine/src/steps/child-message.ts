import { type StepEvent, stepEventSchema } from '@regia/core'

/** What a step process says on its third channel, one JSON object a line: the events of the step protocol, and when a manifest is done. */
export type ChildMessage =
  | StepEvent
  | {
      readonly type: 'done'
      /** Memory that the process holds, so that the worker can let go of a big one. */
      readonly residentMb: number
      /** Whether the process should serve no other step, because stray code of this one may still run in it. */
      readonly isSpent: boolean
    }

/** Reads one line. Lines that are no message are dropped: user code may write to any channel. */
export function parseMessage(line: string): ChildMessage | undefined {
  try {
    const message: unknown = JSON.parse(line)
    if (isDone(message)) return message
    return stepEventSchema.safeParse(message).data
  } catch {
    return undefined
  }
}

const isDone = (message: unknown): message is Extract<ChildMessage, { type: 'done' }> =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'done'

/** Takes chunks of a stream; `end` hands over a last line that no line break ends. */
export type LineReader = ((chunk: string) => void) & { readonly end: () => void }

/**
 * Cuts a stream of chunks into lines. A line longer than `maxLength` is cut, so that a process cannot fill the memory of its worker.
 */
export function lineReader(onLine: (line: string) => void, maxLength = 1_000_000): LineReader {
  let rest = ''
  const read = (chunk: string) => {
    let start = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      const line = chunk.slice(start, end)
      onLine(rest === '' ? line : (rest + line).slice(0, maxLength))
      rest = ''
      start = end + 1
    }
    // What a line has beyond its bound is not even kept until its end.
    if (rest.length < maxLength) rest = (rest + chunk.slice(start)).slice(0, maxLength)
  }
  const end = () => {
    if (rest !== '') onLine(rest)
    rest = ''
  }
  return Object.assign(read, { end })
}
