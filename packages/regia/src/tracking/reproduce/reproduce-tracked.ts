import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RegiaError, type TrackedRunDetail } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { DIFF_FILE, PROVENANCE_FILE } from '../provenance/kept-files.ts'
import { type Provenance, provenanceSchema } from '../provenance/provenance.ts'
import { exitCodeOfProgram, runProgram } from '../run-program.ts'
import { REPRODUCES_TAG } from '../tags.ts'
import { trackProgram } from '../track-program.ts'
import { type Compared, type ComparisonOptions, compareOutcomes } from './comparison.ts'
import { linkPaths, provideData } from './data-here.ts'
import { providePackages } from './packages-here.ts'
import { pythonNotes } from './python-notes.ts'
import { outcomesOf } from './run-outcome.ts'
import { findRepository, openWorkTree, type WorkTree } from './work-tree.ts'

export type ReproduceRequest = ComparisonOptions & {
  readonly client: RegiaClient
  readonly url: string
  readonly token: string | undefined
  readonly user: string
  readonly workingDir: string
  readonly env: NodeJS.ProcessEnv
  readonly install: boolean
  readonly link: readonly string[]
  readonly keep: boolean
  readonly stdout: 'stdout' | 'stderr'
  readonly signal: AbortSignal
  readonly isServerElsewhere: boolean
  /** Told what is done, for people. */
  readonly onStage: (text: string) => void
}

export type Reproduction = {
  readonly run: string
  /** The new one. */
  readonly reproduction: string
  readonly isSame: boolean
  readonly compared: readonly Compared[]
  /** What may be the reason for differences. */
  readonly notes: readonly string[]
  /** Where the work tree was left. */
  readonly workTree?: string
}

/**
 * Makes a tracked run again from what it recorded, as a new run, and compares the outcomes.
 *
 * @throws RegiaError `CONFLICT` where the run did not record what it takes, or git refuses; `NOT_FOUND` where repository or command are not here.
 */
export async function reproduceTracked(run: TrackedRunDetail, request: ReproduceRequest): Promise<Reproduction> {
  const { client, workingDir, keep, onStage } = request
  const provenance = await readProvenance(run, client)
  const origin = committed(provenance, run)
  const repository = await findRepository(origin, workingDir)
  onStage(
    `Checking out ${origin.commit.slice(0, 12)}${origin.diffDigest ? ' with the uncommitted changes of then' : ''}`,
  )
  const patch = origin.diffDigest === undefined ? undefined : await readBytes(client, run.id, DIFF_FILE)
  const tree = await openWorkTree(repository, origin.commit, patch)
  try {
    const notes = [
      ...origin.leftOut.map(({ path, reason }) => `Not recorded: ${path || 'the uncommitted changes'} (${reason}).`),
      ...(await providePackages(tree, provenance.lockfile, request.env, request.install)),
      ...machineNotes(provenance),
      ...(await linkPaths(tree, request.link, workingDir).then(() => provideData(tree, run.datasets))),
    ]
    const id = await runAgain(run, provenance, tree, request)
    const now = await newRun(client, id, provenance)
    notes.push(...(await programNotes(provenance, run, id, client)))
    const outcomes = await outcomesOf(client, run, now)
    const compared = compareOutcomes(outcomes.before, outcomes.now, request)
    const isSame = compared.every((each) => each.isSame)
    return { run: run.id, reproduction: id, isSame, compared, notes, ...(keep && { workTree: tree.dir }) }
  } finally {
    if (keep) tree.keep()
    else await tree.remove()
  }
}

async function readProvenance(run: TrackedRunDetail, client: RegiaClient): Promise<Provenance> {
  const bytes = await readBytes(client, run.id, PROVENANCE_FILE).catch((error: unknown) => {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') throw notRecorded(run)
    throw error
  })
  const parsed = provenanceSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
  if (parsed.success) return parsed.data
  throw new RegiaError(
    'CONFLICT',
    `What the run recorded of its origin cannot be read: ${parsed.error.issues[0]?.message}.`,
    {
      where: `run ${run.id}, ${PROVENANCE_FILE}`,
      hint: 'It may come from another version of Regia.',
    },
  )
}

const readBytes = async (client: RegiaClient, runId: string, path: string): Promise<Uint8Array> =>
  new Uint8Array(await (await client.tracking.readFile(runId, path)).arrayBuffer())

function notRecorded({ id, parentId }: TrackedRunDetail): RegiaError {
  return new RegiaError('CONFLICT', 'The run did not record where it comes from, so that it cannot be made again.', {
    where: `run ${id}`,
    hint:
      parentId === undefined
        ? 'Runs record it that are made by track(), startRun() or "regia track -- COMMAND" in a git repository.'
        : `It is a part of another run: "regia reproduce ${parentId}" makes that one again.`,
  })
}

type Committed = NonNullable<Provenance['git']> & { readonly commit: string }

/** @throws RegiaError `CONFLICT` naming what is missing. */
function committed({ git, isMasked, command }: Provenance, run: TrackedRunDetail): Committed {
  const cannot = (why: string, hint: string) =>
    new RegiaError('CONFLICT', `The run cannot be made again: ${why}`, { where: `run ${run.id}`, hint })
  if (git?.commit === undefined) {
    throw cannot('it recorded no commit.', 'Runs made inside a git repository, after its first commit, record one.')
  }
  if (isMasked) {
    throw cannot(
      `its command line held secrets, which are not kept: ${command.join(' ')}`,
      'Give secrets to programs by variables of the environment, or by files.',
    )
  }
  if (git.isDirty && git.diffDigest === undefined && git.leftOut.some(({ path }) => path === '')) {
    throw cannot(`its uncommitted changes were not kept: ${git.leftOut.at(-1)?.reason}.`, 'Commit before long runs.')
  }
  return { ...git, commit: git.commit }
}

function machineNotes({ machine }: Provenance): string[] {
  const here = `${process.platform} ${process.arch}`
  const there = `${machine.platform} ${machine.arch}`
  return there === here ? [] : [`It ran on ${there} then, and runs on ${here} now.`]
}

async function programNotes(
  { node, madeBy, python }: Provenance,
  run: TrackedRunDetail,
  id: string,
  client: RegiaClient,
) {
  if (madeBy === 'script' && node !== process.versions.node) {
    return [`Node was ${node} then, and is ${process.versions.node} now.`]
  }
  return python ? pythonNotes(client, run.id, id) : []
}

/** @returns The id of the new run. */
async function runAgain(
  run: TrackedRunDetail,
  provenance: Provenance,
  tree: WorkTree,
  request: ReproduceRequest,
): Promise<string> {
  const { client, url, token, user, stdout, signal, isServerElsewhere, onStage } = request
  const experiment = (await client.experiments.get(run.experimentId)).name
  const command = commandHere(provenance, tree)
  const cwd = join(tree.dir, provenance.folder)
  const id = randomUUID().replaceAll('-', '')
  onStage(`Running ${provenance.command.join(' ')}`)
  const env = { ...request.env, REGIA_REPRODUCES: run.id }
  if (provenance.madeBy === 'command') {
    const { params, seed } = provenance
    const tags = { [REPRODUCES_TAG]: run.id }
    const about = { id, experiment, name: run.name, params, tags, seed, systemMetrics: undefined }
    const where = { client, url, token, user, workingDir: cwd, env, stdout, signal, isServerElsewhere }
    await trackProgram({ ...where, ...about, command })
    return id
  }
  const told = {
    REGIA_URL: url,
    REGIA_SEED: provenance.seed,
    REGIA_EXPERIMENT: experiment,
    REGIA_REPRODUCTION: id,
    REGIA_REPRODUCTION_NUMBER: String(provenance.number),
    ...(token !== undefined && { REGIA_TOKEN: token }),
  }
  const ended = await runProgram({ command, cwd, env: { ...env, ...told }, stdout })
  const code = exitCodeOfProgram(ended)
  if (code !== 0) onStage(`The command ended with exit code ${code}`)
  return id
}

/** The command of then with what stands in the repository taken from the work tree; programs that git does not keep (`.venv/bin/python`) from the repository. */
function commandHere({ command, git, folder, madeBy }: Provenance, { dir, repository }: WorkTree): string[] {
  const root = git?.root
  const [program = '', ...args] = root === undefined ? command : command.map((word) => word.replaceAll(root, dir))
  const isPath = /[\\/]/.test(program)
  const isHere = !isPath || existsSync(join(dir, folder, program)) || existsSync(program)
  const found = isHere ? program : join(repository, folder, command[0] ?? '')
  return [madeBy === 'script' && found === 'node' ? process.execPath : found, ...args]
}

/** @throws RegiaError `CONFLICT` where the command made no such run. */
async function newRun(client: RegiaClient, id: string, { number }: Provenance): Promise<TrackedRunDetail> {
  try {
    return await client.tracking.get(id)
  } catch (error) {
    if (!(error instanceof RegiaError) || error.code !== 'NOT_FOUND') throw error
    throw new RegiaError('CONFLICT', `The command ended without making its run number ${number}.`, {
      cause: error,
      hint: 'What it said stands above. Data that git does not keep is brought along with --link PATH.',
    })
  }
}
