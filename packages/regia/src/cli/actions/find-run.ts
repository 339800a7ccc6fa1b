import { RegiaError, type Run } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

/** The run that a person means: an id, `PIPELINE#NUMBER`, or `latest`. */
export async function findRun(client: RegiaClient, reference: string): Promise<Run> {
  if (reference === 'latest') return client.runs.get(await latestId(client))
  const numbered = /^(.+)#(\d+)$/.exec(reference)
  return client.runs.get(numbered ? await numberedId(client, numbered[1]!, Number(numbered[2])) : reference)
}

async function latestId(client: RegiaClient): Promise<string> {
  const newest = (await client.runs.list({ limit: 1 })).items[0]
  if (newest) return newest.id
  throw new RegiaError('NOT_FOUND', 'There is no latest run: nothing has run in this home yet.', {
    hint: 'Start one with "regia run PIPELINE".',
  })
}

async function numberedId(client: RegiaClient, pipeline: string, number: number): Promise<string> {
  let cursor: string | undefined
  do {
    const page = await client.runs.list({ pipeline, limit: 1000, ...(cursor && { cursor }) })
    const found = page.items.find((run) => run.number === number)
    if (found) return found.id
    cursor = page.nextCursor
  } while (cursor)
  throw new RegiaError('NOT_FOUND', `Pipeline "${pipeline}" has no run #${number}.`, {
    hint: `"regia runs list --pipeline ${pipeline}" lists them.`,
  })
}
