import type { TrackedRun } from '@regia/core'
import { z } from 'zod'

/** From which code a run came, and on what it ran, as far as anybody noted it. */
export type CodeFacts = {
  readonly commit: string | undefined
  readonly branch: string | undefined
  readonly repository: string | undefined
  /** Whether anything was not committed; `undefined` where nobody looked. */
  readonly isDirty: boolean | undefined
  /** The file among those of the run that holds what was not committed. */
  readonly diffFile: string | undefined
  readonly command: string | undefined
  readonly folder: string | undefined
  readonly seed: string | undefined
  readonly runtime: string | undefined
  readonly lockfile: string | undefined
  readonly machine: string | undefined
}

/** Where `track()` keeps what it noted. */
export const OWN_FOLDER = 'regia'
export const PROVENANCE_FILE = `${OWN_FOLDER}/provenance.json`
const DIFF_FILE = `${OWN_FOLDER}/uncommitted.diff`

const first = (tags: Readonly<Record<string, string>>, pattern: RegExp): string | undefined => {
  const key = Object.keys(tags).find((each) => pattern.test(each))
  return key === undefined ? undefined : tags[key]
}

/** What clients of MLflow put into tags. */
export const factsOfTags = ({ tags }: Pick<TrackedRun, 'tags'>): CodeFacts => ({
  commit: first(tags, /git[._]?commit$/i),
  branch: first(tags, /git[._]?branch$/i),
  repository: first(tags, /git[._]?(repo(sitory)?(url)?|remote|url)$/i),
  isDirty: dirtyOf(first(tags, /git[._]?dirty$/i)),
  diffFile: undefined,
  command: first(tags, /(^|\.)command$/i) ?? first(tags, /source\.name$/i),
  folder: undefined,
  seed: undefined,
  runtime: undefined,
  lockfile: undefined,
  machine: undefined,
})

const dirtyOf = (text: string | undefined) => (text === undefined ? undefined : text.toLowerCase() === 'true')

/** As much of it as is shown: a newer one may hold more. */
const provenanceSchema = z.object({
  command: z.array(z.string()).optional(),
  folder: z.string().optional(),
  seed: z.string().optional(),
  git: z
    .object({
      commit: z.string().optional(),
      branch: z.string().optional(),
      remote: z.string().optional(),
      isDirty: z.boolean().optional(),
      diffDigest: z.string().optional(),
    })
    .optional(),
  lockfile: z.object({ path: z.string(), packageCount: z.number() }).optional(),
  node: z.string().optional(),
  python: z.object({ version: z.string() }).optional(),
  machine: z.object({ platform: z.string(), arch: z.string(), cpu: z.string(), cpuCount: z.number() }).optional(),
})

/** What `track()` kept beside the run; `undefined` for what is none of it. */
export function factsOfProvenance(text: string): CodeFacts | undefined {
  const { data } = provenanceSchema.safeParse(parsed(text))
  if (!data) return undefined
  const { git, lockfile, machine } = data
  return {
    commit: git?.commit,
    branch: git?.branch,
    repository: git?.remote,
    isDirty: git?.isDirty,
    diffFile: git?.diffDigest === undefined ? undefined : DIFF_FILE,
    command: data.command?.join(' '),
    folder: data.folder,
    seed: data.seed,
    runtime: data.python ? `Python ${data.python.version}` : data.node && `Node ${data.node}`,
    lockfile: lockfile && `${lockfile.path}, ${lockfile.packageCount} packages`,
    machine: machine && `${machine.platform} ${machine.arch}, ${machine.cpuCount} × ${machine.cpu}`,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The page of a commit, where the repository is one whose pages are known to look like that. */
export function commitUrl({ commit, repository }: Pick<CodeFacts, 'commit' | 'repository'>): string | undefined {
  const host = /^(?:https:\/\/|git@)(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(
    repository ?? '',
  )
  return host && commit && /^[0-9a-f]{7,64}$/.test(commit)
    ? `https://${host[1]}/${host[2]}/${host[1] === 'gitlab.com' ? '-/' : ''}commit/${commit}`
    : undefined
}
