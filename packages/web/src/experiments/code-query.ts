import type { TrackedRun } from '@regia/core'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { factsOfProvenance, factsOfTags, OWN_FOLDER, PROVENANCE_FILE } from './code-facts.ts'

/** From which code a run came: from the file that track() keeps beside it, else from its tags. */
export const codeQuery = (run: TrackedRun) =>
  queryOptions({
    queryKey: ['tracking-code', run.id, run.status, run.tags],
    queryFn: async () => (await readProvenance(run)) ?? factsOfTags(run),
    staleTime: 60_000,
  })

async function readProvenance({ id, source }: TrackedRun) {
  if (source !== 'track') return undefined
  const { files } = await api.tracking.files(id, { path: OWN_FOLDER })
  if (!files.some(({ path }) => path === PROVENANCE_FILE)) return undefined
  return factsOfProvenance(await (await api.tracking.readFile(id, PROVENANCE_FILE)).text())
}
