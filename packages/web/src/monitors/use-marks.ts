import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { alertsQuery } from '../alerts/queries.ts'
import type { TimeMark } from '../charts/time-model.ts'
import { decisionsQuery } from '../endpoints/queries.ts'

const MARKED = ['deployed', 'promoted', 'rolled-back'] as const

/** Deploys and alerts in event time, as marks for every time axis. */
export function useMarks(endpoint: string, monitor: string): readonly TimeMark[] {
  const { data: decisions } = useQuery(decisionsQuery(endpoint))
  const { data: alerts } = useQuery(alertsQuery('all', monitor))
  return useMemo(() => {
    const deploys = (decisions?.items ?? []).flatMap(({ kind, toVersion, eventTime }) =>
      eventTime !== undefined && MARKED.some((each) => each === kind)
        ? [{ at: Date.parse(eventTime), label: toVersion === undefined ? kind : `v${toVersion}` }]
        : [],
    )
    const alerted = (alerts?.items ?? []).map(({ window, column, metric, kind }) => ({
      at: Date.parse(window.from),
      label: `▲ ${column ?? metric ?? kind}`,
    }))
    return [...deploys, ...alerted]
  }, [decisions, alerts])
}
