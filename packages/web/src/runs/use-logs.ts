import type { LogLine } from '@regia/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

type Logs = { readonly lines: readonly LogLine[]; readonly next: number | undefined }

const PAGE = 1000
const MOST_LINES = 20_000

/** The log of a run or of one of its steps. Each reading asks only for what came since the last one. */
export function useLogs(
  run: { readonly id: string; readonly isActive: boolean },
  step: string | undefined,
  find: string | undefined,
) {
  const queries = useQueryClient()
  const queryKey = ['logs', run.id, step ?? '', find ?? '']
  return useQuery<Logs>({
    queryKey,
    queryFn: async () => {
      const known = queries.getQueryData<Logs>(queryKey) ?? { lines: [], next: undefined }
      const { lines, next } = await api.runs.logs(run.id, {
        limit: PAGE,
        ...(step && { step }),
        ...(find && { search: find }),
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
