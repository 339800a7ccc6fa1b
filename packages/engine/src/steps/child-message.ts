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

/** Cuts a stream of chunks into lines. A line longer than `maxLength` is cut, so that a process cannot fill the memory of its worker. */
export function lineReader(onLine: (line: string) => void, maxLength = 1_000_000): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!.slice(0, maxLength)
    for (const line of lines) onLine(line)
  }
}
