import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type RegiaClient } from '@regia/sdk'
import { z } from 'zod'

const serverFileSchema = z.object({ url: z.url(), pid: z.number().int() })

export type LiveOwner = { readonly url: string; readonly pid: number; readonly client: RegiaClient }

/** The process that owns a home and answers, if there is one. A server.json whose server is gone counts for nothing. */
export async function findLiveOwner(home: string, token: string | undefined): Promise<LiveOwner | undefined> {
  const text = await readFile(join(home, 'server.json'), 'utf8').catch(() => undefined)
  const parsed = serverFileSchema.safeParse(parseOrNothing(text))
  if (!parsed.success) return undefined
  const { url, pid } = parsed.data
  const client = createClient({ url, ...(token !== undefined && { token }) })
  const health = await client.health().catch(() => undefined)
  return health && { url, pid, client }
}

function parseOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
