import { type Clock, type ServerEvent, toIso } from '@regia/core'

export type EventType = ServerEvent['type']
type Listener = (event: ServerEvent) => void

/** Tells who listens that something changed. Publishing costs almost nothing and never fails. */
export type EventBus = {
  readonly publish: (type: EventType, id: string) => void
  /** Returns what ends it. */
  readonly subscribe: (listener: Listener) => () => void
  readonly close: () => void
}

/** At most so many milliseconds between two events of one thing: about four a second, however busy it is. */
const COALESCE_MS = 250

/** The first event of a thing goes out at once; those that follow within the interval become one at its end. */
export function createEventBus(clock: Clock): EventBus {
  const listeners = new Set<Listener>()
  const waiting = new Map<string, { readonly timer: NodeJS.Timeout; isDirty: boolean }>()

  const emit = (type: EventType, id: string): void => {
    const event: ServerEvent = { type, id, at: toIso(clock()) }
    for (const listener of listeners) listener(event)
  }
  const open = (key: string, type: EventType, id: string): void => {
    const timer = setTimeout(() => {
      const isDirty = waiting.get(key)?.isDirty ?? false
      waiting.delete(key)
      if (!isDirty) return
      emit(type, id)
      open(key, type, id)
    }, COALESCE_MS)
    timer.unref()
    waiting.set(key, { timer, isDirty: false })
  }

  return {
    publish: (type, id) => {
      const key = `${type}/${id}`
      const entry = waiting.get(key)
      if (entry) {
        entry.isDirty = true
        return
      }
      emit(type, id)
      open(key, type, id)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
      listeners.clear()
    },
  }
}
