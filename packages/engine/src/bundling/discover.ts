import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CheckSuite,
  type Digest,
  digestOf,
  type EndpointSpec,
  type ErrorBody,
  endpointSpecSchema,
  type GraphStep,
  issueText,
  type MonitorSpec,
  monitorSpecSchema,
  type NotifierSpec,
  notifierSpecSchema,
  type PipelineGraph,
  pipelineGraphSchema,
  RegiaError,
  type ScheduleSpec,
  scheduleSpecSchema,
} from '@regia/core'
import { spawnProgram } from '../steps/spawn-program.ts'
import type { DraftCommand, DraftGraph, DraftStep } from '../steps/step-definition.ts'
import type { Bundle } from './bundle-entry.ts'
import { codeDigests, type StepPlace } from './code-digests.ts'
import { storeBundle } from './code-store.ts'
import { indexBundle } from './discovery-bundle.ts'
import { type ProgramFiles, type ProjectBlob, readProgramFiles } from './program-files.ts'

/** What an entry file defines. */
export type Discovery = {
  readonly pipelines: readonly PipelineGraph[]
  /** What commands of the pipelines bring along: to be kept in the blob store when a pipeline is deployed. */
  readonly blobs: readonly ProjectBlob[]
  readonly endpoints: readonly EndpointSpec[]
  readonly monitors: readonly MonitorSpec[]
  readonly checks: readonly CheckSuite[]
  readonly schedules: readonly ScheduleSpec[]
  readonly notifiers: readonly NotifierSpec[]
}

/** What the child program says. */
export type DiscoveryReply =
  | { readonly error: ErrorBody }
  | {
      readonly pipelines: readonly DraftGraph[]
      readonly places: readonly StepPlace[]
      readonly endpoints: readonly unknown[]
      readonly monitors: readonly unknown[]
      readonly checks: Discovery['checks']
      readonly schedules: readonly unknown[]
      readonly notifiers: readonly unknown[]
    }

/** Code of ours that a gate or registration runs: another format of results is another digest. */
const OWN_CODE = digestOf('regia step kinds, version 1')

export type DiscoverOptions = {
  /** Bounds the loading; default 30 s. */
  readonly timeoutMs?: number
  /** The environment that it is for: catalogs give the entries that they have there. The base where absent. */
  readonly environment?: string | undefined
}

/**
 * Loads a bundle in a child process and hands back what it defines, as data.
 *
 * @throws RegiaError `USER_CODE_FAILED` with the stack in the author's files, `TIMEOUT`, or what building a pipeline found wrong.
 */
export async function discover(bundle: Bundle, options: DiscoverOptions = {}): Promise<Discovery> {
  const folder = await mkdtemp(join(tmpdir(), 'regia-discovery-'))
  try {
    const path = await storeBundle(await indexBundle(bundle), folder)
    const reply = await askChild(path, bundle, join(folder, 'reply.json'), options)
    if ('error' in reply) throw RegiaError.fromBody(reply.error)
    return await completed(bundle, reply, options.environment)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function askChild(
  path: string,
  bundle: Bundle,
  replyPath: string,
  { timeoutMs = 30_000, environment }: DiscoverOptions,
): Promise<DiscoveryReply> {
  const child = spawnProgram(new URL('./discovery-process.ts', import.meta.url), {
    args: [path, bundle.projectDir, replyPath, ...(environment === undefined ? [] : [environment])],
    cwd: bundle.projectDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk))
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, name) => resolve([code, name]))
  }).finally(() => clearTimeout(timer))
  if (isLate) throw tooSlow(bundle.entry, timeoutMs)
  const text = await readFile(replyPath, 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text)
  throw diedLoading(bundle.entry, signal ?? `exit code ${exitCode}`, Buffer.concat(output).toString())
}

async function completed(
  bundle: Bundle,
  reply: Exclude<DiscoveryReply, { error: ErrorBody }>,
  environment: string | undefined,
): Promise<Discovery> {
  const digestsOfStep = await codeDigests(bundle, reply.places)
  const blobs: ProjectBlob[] = []
  const codeOf: CodeOf = async (step) => {
    if (step.command) {
      const program = await readProgramFiles(bundle.projectDir, step.command, step.definedAt ?? `step "${step.id}"`)
      blobs.push(...program.blobs)
      return { ...codeOfCommand(step.command, program), inputs: withDefaults(step) }
    }
    return step.kind === 'code' ? digestsOfStep(step.name) : { codeDigest: OWN_CODE }
  }
  const { lockfileDigest } = bundle
  const graphs = reply.pipelines.map((draft) => withDigests({ ...draft, environment }, codeOf, lockfileDigest))
  return {
    pipelines: await Promise.all(graphs),
    blobs,
    endpoints: reply.endpoints.map((spec) => endpointSpecSchema.parse(spec)),
    monitors: reply.monitors.map((spec) => monitorSpecSchema.parse(spec)),
    checks: reply.checks.map(({ name, checks }) => ({ name, checks })),
    schedules: reply.schedules.map((spec) => scheduleSpecSchema.parse(spec)),
    notifiers: reply.notifiers.map((spec) => notifierSpecSchema.parse(spec)),
  }
}

type StepCode = Pick<GraphStep, 'codeDigest' | 'codeFiles' | 'command'> & Pick<Partial<DraftStep>, 'inputs'>
type CodeOf = (step: DraftStep) => Promise<StepCode>

/** Code reads a default from its own schema, a program only what it is given. */
function withDefaults({ inputs, inputTypes }: DraftStep): DraftStep['inputs'] {
  const absent = Object.entries(inputTypes).filter(([name, { kind }]) => kind === 'value' && !(name in inputs))
  const values = absent.map(([name, type]) => {
    const value = 'default' in type ? (type.default ?? null) : null
    return [name, { from: 'value' as const, value }]
  })
  return { ...inputs, ...Object.fromEntries(values) }
}

function codeOfCommand({ files: _, ...command }: DraftCommand, program: ProgramFiles): StepCode {
  const { codeDigest, codeFiles, files } = program
  return { codeDigest, codeFiles, command: { ...command, ...(files !== undefined && { files }) } }
}

async function withDigests(
  draft: DraftGraph,
  codeOf: CodeOf,
  lockfileDigest: Digest | undefined,
): Promise<PipelineGraph> {
  const parsed = pipelineGraphSchema.safeParse({
    ...draft,
    steps: await Promise.all(draft.steps.map(async (step) => ({ ...step, ...(await codeOf(step)) }))),
    lockfileDigest,
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const step = issue?.path[0] === 'steps' ? draft.steps[Number(issue.path[1])] : undefined
  throw new RegiaError(
    'PIPELINE_INVALID',
    `Pipeline "${draft.name}" is not valid at ${issue?.path.join('.')}: ${issue && issueText(issue)}.`,
    {
      where: step?.definedAt ?? `pipeline ${draft.name}`,
      hint: 'Change what the pipeline says there.',
    },
  )
}

const tooSlow = (entry: string, timeoutMs: number) =>
  new RegiaError('TIMEOUT', `Loading ${entry} took longer than ${timeoutMs / 1000} s.`, {
    where: entry,
    hint: 'Do work inside a step: code outside of steps runs whenever the file is loaded.',
  })

const diedLoading = (entry: string, how: string, output: string) =>
  new RegiaError('USER_CODE_FAILED', `Loading ${entry} ended the process (${how}).`, {
    where: entry,
    hint: output.trim() ? `Its last words: ${output.trim().slice(-1000)}` : 'Look for process.exit in the code.',
  })
