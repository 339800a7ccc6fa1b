import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { timestampSchema } from '@regia/core'
import { z } from 'zod'

export const serverFileSchema = z.object({
  url: z.url(),
  pid: z.number().int().positive(),
  version: z.string(),
  startedAt: timestampSchema,
})
/** Where the owner of a folder listens, for commands that look for it. */
export type ServerFile = z.infer<typeof serverFileSchema>

const pathOf = (home: string) => join(home, 'server.json')

/** What the folder's last owner wrote, whether it still lives or not; `undefined` where nothing readable is there. */
export function readServerFile(home: string): ServerFile | undefined {
  try {
    return serverFileSchema.safeParse(JSON.parse(readFileSync(pathOf(home), 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Whole or not at all: a reader never sees half a file. */
export function writeServerFile(home: string, file: ServerFile): void {
  const temporary = `${pathOf(home)}.${file.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`)
  renameSync(temporary, pathOf(home))
}

export const removeServerFile = (home: string): void => rmSync(pathOf(home), { force: true })
