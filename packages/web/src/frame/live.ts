import type { ServerEvent } from '@regia/core'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../kernel/api.ts'

export type Connection = 'connecting' | 'live' | 'lost'

/** What a change makes stale: the first parts of query keys. */
const STALE: Readonly<Record<ServerEvent['type'], readonly string[]>> = {
  dataset: ['datasets', 'overview'],
  pipeline: ['pipelines', 'overview'],
  run: ['runs', 'pipelines', 'overview'],
  log: ['logs'],
  model: ['models', 'endpoints', 'overview'],
  endpoint: ['endpoints', 'overview'],
  prediction: ['endpoints', 'overview'],
  monitor: ['monitors', 'overview'],
  alert: ['alerts', 'monitors', 'overview'],
  decision: ['endpoints', 'models', 'overview'],
  schedule: ['schedules'],
  backfill: ['backfills'],
  notification: ['notifiers'],
  demo: ['demo'],
  webhook: ['webhooks'],
  scoringJob: ['scoring-jobs'],
  experiment: ['experiments'],
  trackedRun: ['tracking', 'experiments'],
}
const FLUSH_MS = 1000
const LONGEST_PAUSE_MS = 15_000

/** Follows the event stream: what changed is read again, at most once a second. Reconnects by itself. */
export function useLive(): Connection {
  const queries = useQueryClient()
  const [connection, setConnection] = useState<Connection>('connecting')
  useEffect(() => {
    const stop = new AbortController()
    void follow(queries, setConnection, stop.signal)
    return () => stop.abort()
  }, [queries])
  return connection
}

async function follow(queries: QueryClient, tell: (connection: Connection) => void, signal: AbortSignal) {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await api.health()
      tell('live')
      if (failures > 0) void queries.invalidateQueries()
      failures = 0
      await invalidateWhatChanges(queries, signal)
    } catch {
      // The mark in the frame says that the connection is lost; there is nobody else to tell.
    }
    if (signal.aborted) return
    tell('lost')
    await pause(Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS), signal)
  }
}

async function invalidateWhatChanges(queries: QueryClient, signal: AbortSignal) {
  const stale = new Set<string>()
  const flush = window.setInterval(() => {
    for (const key of stale) void queries.invalidateQueries({ queryKey: [key] }, { cancelRefetch: false })
    stale.clear()
  }, FLUSH_MS)
  try {
    for await (const event of api.events(signal)) for (const key of STALE[event.type]) stale.add(key)
  } finally {
    window.clearInterval(flush)
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = window.setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      window.clearTimeout(timer)
      resolve()
    })
  })
