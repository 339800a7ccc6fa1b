import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'

/** Where content is: an output of a step of a run, a file of a folder in it, or an element of a list. */
export type ContentRef = {
  readonly run: string
  readonly step: string
  readonly output: string
  readonly path?: string | undefined
  readonly index?: number | undefined
}

const asked = ({ path, index }: ContentRef) => ({
  ...(path !== undefined && { path }),
  ...(index !== undefined && { index }),
})

/** The address of the content, for pictures, frames and downloads. */
export function contentUrl(content: ContentRef): string {
  const parts = ['runs', content.run, 'steps', content.step, 'outputs', content.output, 'content']
  const query = new URLSearchParams(Object.entries(asked(content)).map(([name, value]) => [name, String(value)]))
  return `/api/v1/${parts.map(encodeURIComponent).join('/')}${query.size > 0 ? `?${query}` : ''}`
}

/** What lineage calls the artifact. */
export const artifactRef = ({ run, step, output }: ContentRef): string => `${run}/${step}/${output}`

// What a run made never changes.
const staleTime = Number.POSITIVE_INFINITY

export const contentQuery = (content: ContentRef) =>
  queryOptions({
    queryKey: ['content', content],
    queryFn: async () => (await api.runs.artifact(content.run, content.step, content.output, asked(content))).text(),
    staleTime,
  })

export const filesQuery = ({ run, step, output }: ContentRef) =>
  queryOptions({
    queryKey: ['content', run, step, output, 'files'],
    queryFn: () => api.runs.files(run, step, output),
    staleTime,
  })

export const lineageQuery = (kind: string, ref: string) =>
  queryOptions({
    queryKey: ['runs', 'lineage', kind, ref],
    queryFn: () => api.lineage({ kind, ref, depth: 4, limit: 60 }),
  })
