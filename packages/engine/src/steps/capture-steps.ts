import { AsyncLocalStorage } from 'node:async_hooks'
import { format } from 'node:util'
import { lineReader } from './child-message.ts'
import type { StepEvents } from './step-events.ts'

type Stream = 'stdout' | 'stderr'
type Sink = { readonly [Name in Stream]: ReturnType<typeof lineReader> }

export type StepCapture = {
  /** Runs a step; what it prints, now or from a timer, becomes its events. */
  readonly run: <Result>(events: StepEvents, work: () => Promise<Result>) => Promise<Result>
  /** Leaves printing as it was. */
  readonly close: () => void
}

const STREAM_OF = { log: 'stdout', info: 'stdout', debug: 'stdout', warn: 'stderr', error: 'stderr' } as const
type Method = keyof typeof STREAM_OF

/** Tells apart what several steps print that run in this process at once; what nobody's step prints goes where it went. */
export function captureSteps(): StepCapture {
  const storage = new AsyncLocalStorage<Sink>()
  const restore = [...captureStreams(storage), ...captureConsole(storage)]
  return {
    run: async (events, work) => {
      const sinkOf = (stream: Stream) => lineReader((line) => events.log(stream, line))
      const sink: Sink = { stdout: sinkOf('stdout'), stderr: sinkOf('stderr') }
      try {
        return await storage.run(sink, work)
      } finally {
        sink.stdout.end()
        sink.stderr.end()
      }
    },
    close: () => {
      for (const undo of restore) undo()
    },
  }
}

function captureStreams(storage: AsyncLocalStorage<Sink>): (() => void)[] {
  return (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name]
    const original = stream.write
    stream.write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const sink = storage.getStore()?.[name]
      if (!sink) return Reflect.apply(original, stream, [chunk, encodingOrDone, done])
      sink(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done
      if (typeof callback === 'function') process.nextTick(callback as () => void)
      return true
    }
    return () => {
      stream.write = original
    }
  })
}

/** A test runner may have put its own console in place, which knows nothing of the streams. */
function captureConsole(storage: AsyncLocalStorage<Sink>): (() => void)[] {
  const names: Method[] = ['log', 'info', 'debug', 'warn', 'error']
  return names.map((name) => {
    const original = console[name]
    console[name] = (...args: unknown[]) => {
      const sink = storage.getStore()?.[STREAM_OF[name]]
      if (sink) sink(`${format(...args)}\n`)
      else Reflect.apply(original, console, args)
    }
    return () => {
      console[name] = original
    }
  })
}
