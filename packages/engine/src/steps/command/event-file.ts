import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { type ProgramEvent, programEventSchema } from '@regia/core'
import { lineReader } from '../child-message.ts'
import type { StepEvents } from '../step-events.ts'

const LOOK_EVERY_MS = 200
const MAX_METRICS = 20_000
const MAX_COMPLAINTS = 5

/** Follows the file that a program appends events to. @returns A function that reads what is left and ends. */
export async function followEvents(path: string, events: StepEvents): Promise<() => Promise<void>> {
  const file = await open(path, 'a+')
  const over = new AbortController()
  const reader = eventReader(events)
  const following = (async () => {
    while (!over.signal.aborted) {
      await readOn(file, reader)
      await wait(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined)
    }
    await readOn(file, reader)
    reader.end()
    await file.close()
  })()
  return () => {
    over.abort()
    return following
  }
}

type Reader = { readonly read: (chunk: string) => void; readonly end: () => void; position: number }

async function readOn(file: FileHandle, reader: Reader): Promise<void> {
  const buffer = Buffer.alloc(65_536)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, reader.position)
    if (bytesRead === 0) return
    reader.position += bytesRead
    reader.read(buffer.toString('latin1', 0, bytesRead))
  }
}

function eventReader(events: StepEvents): Reader {
  let metricCount = 0
  let complaintCount = 0
  const complain = (text: string) => {
    if (++complaintCount <= MAX_COMPLAINTS) events.log('system', text)
  }
  const lines = lineReader((line) => {
    if (line.trim() === '') return
    const event = parseEvent(line)
    if (event === undefined) complain(`REGIA_EVENTS got a line that is no event: ${line.slice(0, 200)}`)
    else if (event.type === 'log') for (const text of event.text.split('\n')) events.log(event.stream, text)
    else if (event.type === 'progress') events.progress(event.fraction, event.message)
    else if (++metricCount <= MAX_METRICS) events.metric(event.name, event.value, event.step)
    else if (metricCount === MAX_METRICS + 1) complain(`More than ${MAX_METRICS} metrics: the rest is not kept.`)
  })
  return { read: lines, end: () => lines.end(), position: 0 }
}

/** A chunk may end inside a character, so chunks are bytes until a line is whole. */
function parseEvent(line: string): ProgramEvent | undefined {
  try {
    return programEventSchema.safeParse(JSON.parse(Buffer.from(line, 'latin1').toString('utf8'))).data
  } catch {
    return undefined
  }
}
