import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { canonicalJson, digestSchema, RegiaError } from '@regia/core'
import { z } from 'zod'

/** What a scoring is of: equal ones give equal results, so parts of one may be used by the other. */
const identitySchema = z.strictObject({
  input: digestSchema,
  model: digestSchema,
  format: z.string(),
  columns: z.array(z.string()).readonly().optional(),
  key: z.string().optional(),
  onBadRow: z.enum(['fail', 'quarantine']),
})
export type ScoringIdentity = z.infer<typeof identitySchema>

const rangeSchema = z.strictObject({ from: z.number(), until: z.number() })
const readySchema = z.strictObject({
  isStaged: z.boolean(),
  rowCount: z.number(),
  columns: z.array(z.string()).readonly(),
  ranges: z.array(rangeSchema).readonly(),
  groupRows: z.array(z.number()).readonly(),
  dictionaries: z.record(z.string(), z.array(z.string()).readonly()),
  quarantinedRowCount: z.number(),
  reasons: z.array(z.strictObject({ reason: z.string(), rowCount: z.number() })).readonly(),
})
/** The input as it was made ready. */
export type ScoringRows = z.infer<typeof readySchema>
const manifestSchema = z.strictObject({ format: z.literal(2), identity: identitySchema, rows: readySchema })
export type ScoringManifest = z.infer<typeof manifestSchema>

const MANIFEST = 'manifest.json'

/** The manifest of a scoring that was begun there; undefined where there is none, or one that was not written by us. */
export async function readManifest(folder: string): Promise<ScoringManifest | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Written aside and renamed: it is there whole or not at all. */
export async function writeManifest(folder: string, manifest: ScoringManifest): Promise<void> {
  const partial = join(folder, `.partial-${MANIFEST}`)
  await writeFile(partial, JSON.stringify(manifest))
  await rename(partial, join(folder, MANIFEST))
}

/** What differs between two scorings, in the words of the command; undefined when they are the same. */
export function differenceOf(was: ScoringIdentity, is: ScoringIdentity): string | undefined {
  if (was.input !== is.input) return 'the input holds something else'
  if (was.model !== is.model) return 'the model is another one'
  return canonicalJson(was) === canonicalJson(is) ? undefined : 'the options are others'
}

const LOOK_AGAIN_MS = 100

/**
 * Takes a folder for this process alone, once whoever holds it has ended.
 *
 * @param patienceMs - How long to wait for that; 0 is not at all.
 * @returns A function that lets it go.
 * @throws RegiaError `CONFLICT`, `HOME_NOT_WRITABLE`.
 */
export async function holdFolder(folder: string, patienceMs: number): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new RegiaError('HOME_NOT_WRITABLE', 'The folder of a scoring under way cannot be made.', {
      where: folder,
      hint: 'Write the result to another place, or give the user of this process the right to write there.',
      cause,
    })
  })
  const path = join(folder, 'lock')
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    if (await takeLock(path)) return () => rm(path, { force: true })
    const holder = Number(await readFile(path, 'utf8').catch(() => ''))
    if (!isAlive(holder)) {
      await rm(path, { force: true })
      if (await takeLock(path)) return () => rm(path, { force: true })
    }
    if (waitedMs >= patienceMs) throw heldBy(holder, folder)
    await setTimeout(LOOK_AGAIN_MS)
  }
}

const takeLock = (path: string): Promise<boolean> =>
  writeFile(path, String(process.pid), { flag: 'wx' }).then(
    () => true,
    () => false,
  )

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const heldBy = (pid: number, folder: string): RegiaError =>
  new RegiaError('CONFLICT', `Process ${pid} is scoring into the same file.`, {
    where: folder,
    hint: 'Wait for it, end it, or write the result to another file. If no such process is scoring, remove the folder.',
  })

/** Empties a folder but for its lock. */
export async function emptyFolder(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== 'lock')
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}
