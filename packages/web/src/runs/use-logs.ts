import type { LogLine } from '@regia/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

type Logs = { readonly lines: readonly LogLine[]; readonly next: number | undefined }

/** Which lines of a run: of a step, of one of its attempts, of one element of a mapped step, those that hold a text. */
export type LogFilter = {
  readonly step?: string | undefined
  readonly attempt?: number | undefined
  readonly item?: number | undefined
  readonly search?: string | undefined
}

const PAGE = 1000
const MOST_LINES = 20_000

/** The log of a run or of a part of it. Each reading asks only for what came since the last one. */
export function useLogs(run: { readonly id: string; readonly isActive: boolean }, filter: LogFilter) {
  const queries = useQueryClient()
  const asked = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''))
  const queryKey = ['logs', run.id, asked]
  return useQuery<Logs>({
    queryKey,
    queryFn: async () => {
      const known = queries.getQueryData<Logs>(queryKey) ?? { lines: [], next: undefined }
      const { lines, next } = await api.runs.logs(run.id, {
        limit: PAGE,
        ...asked,
        ...(known.next !== undefined && { after: known.next }),
      })
      const last = known.lines.at(-1)?.index ?? -1
      const fresh = lines.filter((line) => line.index > last)
      return { lines: [...known.lines, ...fresh].slice(-MOST_LINES), next }
    },
    // A full page means that there is more to read at once; else a running step writes on.
    refetchInterval: ({ state: { data } }) => {
      if (data && data.lines.length > 0 && data.lines.length % PAGE === 0) return 50
      return run.isActive ? 1000 : false
    },
  })
}
