import { arch, cpus, release, totalmem } from 'node:os'
import { relative, sep } from 'node:path'
import { digestSchema } from '@regia/core'
import { z } from 'zod'
import { maskSecrets } from './command-line.ts'
import { type GitState, readGitState } from './git-state.ts'
import { digestOfBytes, findLockfile, type Lockfile, NODE_LOCKFILES, PYTHON_LOCKFILES } from './lockfile.ts'
import { askPython, isPython, type Python } from './python.ts'
import { readUncommittedDiff, type UncommittedDiff } from './uncommitted-diff.ts'

/** Where and by what a run was made: what it takes to make it again. Kept with the run as `regia/provenance.json`. */
export const provenanceSchema = z.object({
  /** By a script that called `track`, or by `regia track -- COMMAND`. */
  madeBy: z.enum(['script', 'command']),
  /** The words of the command, secrets masked. */
  command: z.array(z.string()).min(1),
  isMasked: z.boolean(),
  /** Of the runs that the script started: which one. */
  number: z.number().int().positive(),
  seed: z.string(),
  /** Params that `regia track` was given. */
  params: z.record(z.string(), z.string()),
  /** Where it ran: relative to the repository, with `/`; absolute where there is none. */
  folder: z.string(),
  git: z
    .object({
      /** The repository's folder at that time. */
      root: z.string(),
      commit: z.string().optional(),
      branch: z.string().optional(),
      remote: z.string().optional(),
      isDirty: z.boolean(),
      /** Of `regia/uncommitted.diff`. */
      diffDigest: digestSchema.optional(),
      leftOut: z.array(z.object({ path: z.string(), reason: z.string() })),
    })
    .optional(),
  lockfile: z
    .object({ name: z.string(), path: z.string(), digest: digestSchema, packageCount: z.number().int() })
    .optional(),
  node: z.string(),
  python: z.object({ version: z.string(), executable: z.string() }).optional(),
  machine: z.object({
    platform: z.string(),
    arch: z.string(),
    release: z.string(),
    cpu: z.string(),
    cpuCount: z.number().int(),
    memoryBytes: z.number(),
  }),
})
export type Provenance = z.infer<typeof provenanceSchema>

/** Facts of this process and its folder that all its runs share. */
export type Surroundings = {
  readonly state: GitState | undefined
  readonly diff: UncommittedDiff
  readonly lockfile: Lockfile | undefined
  readonly python: Python | undefined
  readonly workingDir: string
}

/** Reads repository, lockfile and Python of a folder. @param program - The first word of the command: a Python is asked for its packages. */
export async function readSurroundings(workingDir: string, program: string): Promise<Surroundings> {
  const python = askPython(program, workingDir)
  const state = await readGitState(workingDir)
  const names = isPython(program) ? [...PYTHON_LOCKFILES, ...NODE_LOCKFILES] : NODE_LOCKFILES
  const [diff, lockfile] = await Promise.all([
    state ? readUncommittedDiff(state) : { patch: undefined, leftOut: [] },
    findLockfile(workingDir, names, state?.root),
  ])
  return { state, diff, lockfile, python: await python, workingDir }
}

export type RunFacts = Pick<Provenance, 'madeBy' | 'number' | 'seed' | 'params'> & {
  readonly command: readonly string[]
}

/** What is kept of a run's origin. */
export function provenanceOf(surroundings: Surroundings, facts: RunFacts): Provenance {
  const { state, diff, lockfile, python, workingDir } = surroundings
  const command = maskSecrets(facts.command)
  const inRepository = (path: string) => (state ? relative(state.root, path).split(sep).join('/') : path)
  return {
    ...facts,
    command,
    isMasked: command.some((word, i) => word !== facts.command[i]),
    folder: inRepository(workingDir),
    ...(state && {
      git: {
        root: state.root,
        ...(state.commit !== undefined && { commit: state.commit }),
        ...(state.branch !== undefined && { branch: state.branch }),
        ...(state.remote !== undefined && { remote: state.remote }),
        isDirty: state.changed.length > 0,
        ...(diff.patch && { diffDigest: digestOfBytes(diff.patch) }),
        leftOut: [...diff.leftOut],
      },
    }),
    ...(lockfile && {
      lockfile: {
        name: lockfile.name,
        path: inRepository(lockfile.path),
        digest: lockfile.digest,
        packageCount: lockfile.packages.length,
      },
    }),
    node: process.versions.node,
    ...(python && { python: { version: python.version, executable: python.executable } }),
    machine: {
      platform: process.platform,
      arch: arch(),
      release: release(),
      cpu: cpus()[0]?.model ?? 'unknown',
      cpuCount: cpus().length,
      memoryBytes: totalmem(),
    },
  }
}
