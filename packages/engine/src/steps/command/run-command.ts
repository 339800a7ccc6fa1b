import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assertCommand, parseArgument, RegiaError, type StepManifest, type StepResult } from '@regia/core'
import { placeOf } from '../place-of.ts'
import type { StepData } from '../step-data.ts'
import type { StepEvents } from '../step-events.ts'
import { type CommandFolder, commandFolder } from './command-folder.ts'
import { type BoundInput, bindInputs, csvCopies } from './command-inputs.ts'
import { type OutputPaths, outputPaths, readOutputs, signaturePath } from './command-outputs.ts'
import { followEvents } from './event-file.ts'
import { programEnvironment } from './program-environment.ts'
import { programFailure } from './program-failure.ts'
import { runProgram } from './run-program.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']

/** The process that a program is started from. */
export type ProgramHost = {
  /** Whether other steps run in it: then the program needs a process group of its own. */
  readonly isShared: boolean
  readonly graceMs: number
}

export type CommandServices = {
  readonly data: StepData
  readonly events: StepEvents
  readonly signal: AbortSignal
  readonly host: ProgramHost
}

/** A program as it is started, and what its failure is told by. */
export type BoundCommand = {
  readonly argv: readonly string[]
  /** What its failures call it. */
  readonly name: string
  readonly inputs: Readonly<Record<string, BoundInput>>
  readonly outputs: OutputPaths
  readonly folder: CommandFolder
}

/** What a program holds may exceed what its step declares by this, since it is only looked at now and then. */
const MEMORY_ALLOWANCE = 1.5
const LAST_LINES = 20

/**
 * Runs the program of a `command` step: inputs and outputs as files, arguments filled in, never a shell.
 *
 * @throws RegiaError `PIPELINE_INVALID` for a placeholder without a port, what {@link programFailure} tells, `STEP_OUTPUT_INVALID`.
 */
export async function runCommand(manifest: StepManifest, services: CommandServices): Promise<Outputs> {
  const { argv } = commandOf(manifest)
  const types = Object.fromEntries(Object.entries(manifest.inputs).map(([name, { type }]) => [name, type]))
  assertCommand(argv, types, manifest.outputs, placeOf(manifest))
  const bound = await bindCommand(manifest, argv, services.data)
  await execute(manifest, bound, services)
  return readOutputs(manifest, bound.outputs, bound.folder.madeDir, services.data)
}

export function commandOf({ command, step }: StepManifest): NonNullable<StepManifest['command']> {
  if (command) return command
  throw new RegiaError('PIPELINE_INVALID', `Step "${step}" says no program to run.`, {
    where: step,
    hint: 'Deploy the pipeline again.',
  })
}

/** Lays out inputs and outputs, and fills in the arguments. */
export async function bindCommand(
  manifest: StepManifest,
  argv: readonly string[],
  data: StepData,
): Promise<BoundCommand> {
  const folder = commandFolder(manifest)
  const parts = argv.map(parseArgument)
  const csvOutputs = parts.flat().flatMap((part) => (part.kind === 'out' && part.form === 'csv' ? [part.name] : []))
  const inputs = await bindInputs(manifest, folder.inputDir)
  const outputs = await outputPaths(manifest, folder.madeDir, new Set(csvOutputs))
  const csvCopy = csvCopies(folder.inputDir, data)
  const textOf = async (part: (typeof parts)[number][number]): Promise<string> => {
    if (part.kind === 'text') return part.text
    if (part.kind === 'dir' || part.kind === 'seed') return part.kind === 'dir' ? folder.workDir : manifest.seed
    if (part.kind === 'out') return outputPath(outputs[part.name] ?? '', part.form)
    const input = inputs[part.name]
    if (input?.kind === 'path' && part.form === 'csv') return csvCopy(part.name, input.path)
    return input?.kind === 'path' ? input.path : textOfValue(input?.value)
  }
  const filled = await Promise.all(parts.map(async (pieces) => (await Promise.all(pieces.map(textOf))).join('')))
  return { argv: filled, name: argv.slice(0, 2).join(' ').slice(0, 200), inputs, outputs, folder }
}

const outputPath = (path: string, form: string | undefined): string =>
  form === 'signature' ? signaturePath(path) : path

const textOfValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))

/** Starts the program, hands on what it says, and waits for its end. @throws RegiaError when it did not do its work. */
export async function execute(manifest: StepManifest, bound: BoundCommand, services: CommandServices): Promise<void> {
  const { events, signal, host } = services
  const { argv, folder } = bound
  const told = await tell(manifest, bound)
  const stopFollowing = await followEvents(told.REGIA_EVENTS, events)
  const lastStderr: string[] = []
  events.started()
  const end = await runProgram({
    argv,
    cwd: folder.workDir,
    env: programEnvironment(process.env, {
      own: ownVariables(manifest),
      told,
      tempDir: folder.tempDir,
      cpu: manifest.cpu,
    }),
    onLine: (stream, text) => {
      if (stream === 'stderr') keepLast(lastStderr, text)
      events.log(stream, text)
    },
    signal,
    maximumMb: manifest.memoryMb * MEMORY_ALLOWANCE,
    graceMs: host.graceMs,
    ownGroup: host.isShared,
  }).finally(stopFollowing)
  const failure = programFailure(end, { manifest, argv, name: bound.name, lastStderr })
  if (failure) throw failure
}

function keepLast(lines: string[], text: string): void {
  lines.push(text.slice(0, 2_000))
  if (lines.length > LAST_LINES) lines.shift()
}

/** The step's variables and secrets, which stand in this process's environment while the attempt runs. */
const ownVariables = ({ env, secrets }: StepManifest): Record<string, string> => ({
  ...env,
  ...Object.fromEntries(secrets.map((name) => [name, process.env[name] ?? ''])),
})

async function tell(manifest: StepManifest, { inputs, outputs, folder }: BoundCommand) {
  const bound = Object.entries(inputs)
  const params = Object.fromEntries(
    bound.flatMap(([name, input]) => (input.kind === 'value' ? [[name, input.value]] : [])),
  )
  const paths = Object.fromEntries(
    bound.flatMap(([name, input]) => (input.kind === 'path' ? [[name, input.path]] : [])),
  )
  const write = async (name: string, content: unknown) => {
    const path = join(folder.toldDir, name)
    await writeFile(path, JSON.stringify(content))
    return path
  }
  return {
    REGIA_STEP_DIR: folder.workDir,
    REGIA_PARAMS: await write('params.json', params),
    REGIA_INPUTS: await write('inputs.json', paths),
    REGIA_OUTPUTS: await write('outputs.json', outputs),
    REGIA_EVENTS: join(folder.toldDir, 'events.ndjson'),
    REGIA_SEED: manifest.seed,
    REGIA_STEP: manifest.step,
    REGIA_RUN: manifest.runId,
    REGIA_ATTEMPT: String(manifest.attempt),
  }
}
