import { RegiaError, type StepManifest } from '@regia/core'
import { DISK_FULL_HINT, isDiskFull } from '../disk-full.ts'
import { placeOf } from '../place-of.ts'
import type { ProgramEnd } from './run-program.ts'

/** EX_TEMPFAIL of sysexits.h: something outside failed for now. */
const TEMPORARY = 75
/** How a shell and most runtimes say that a child was killed: 128 + 9. */
const KILLED = 137

export type ProgramReport = {
  readonly manifest: StepManifest
  readonly argv: readonly string[]
  readonly name: string
  readonly lastStderr: readonly string[]
}

/** Why a program did not do its work; undefined when it did. */
export function programFailure(end: ProgramEnd, report: ProgramReport): RegiaError | undefined {
  if (end.kind === 'not-started') return notStarted(end.error, report)
  if (end.kind === 'too-big') return tooBig(end.usedMb, report)
  const { exitCode, signal } = end
  if (exitCode === 0) return undefined
  if (signal !== null || exitCode === KILLED) return killed(exitCode, signal, report)
  return failedWith(exitCode, report)
}

function failedWith(exitCode: number | null, { manifest, name, lastStderr }: ProgramReport): RegiaError {
  const lastWords = lastStderr.join('\n').slice(-4_000)
  const details = { where: placeOf(manifest), data: { exitCode, lastStderr: lastWords } }
  const last = tellingLine(lastStderr)?.trim().slice(0, 500)
  const message = `"${name}" of step "${manifest.step}" ended with exit code ${exitCode}${last === undefined ? '' : `: ${last}`}`
  if (exitCode === TEMPORARY) {
    const hint = 'Exit code 75 says that the same may work later: it is tried again as a fault from outside.'
    return new RegiaError('UNAVAILABLE', message, { ...details, hint })
  }
  const hint = isDiskFull(lastWords)
    ? DISK_FULL_HINT
    : 'The fault is in the program, not in Regia: its last lines are in the log. Exit code 75 would mean “try again”.'
  return new RegiaError('USER_CODE_FAILED', message, { ...details, hint })
}

/** Most runtimes end with the line of the exception; Node with its version. */
const tellingLine = (lines: readonly string[]): string | undefined =>
  lines.findLast((line) => /(?:Error|Exception)\b.*:/.test(line)) ?? lines.findLast((line) => line.trim() !== '')

function killed(
  exitCode: number | null,
  signal: string | null,
  { manifest, name, lastStderr }: ProgramReport,
): RegiaError {
  const how = signal ?? `exit code ${exitCode}`
  const isKill = signal === 'SIGKILL' || exitCode === KILLED
  return new RegiaError('STEP_CRASHED', `"${name}" of step "${manifest.step}" was ended by ${how}.`, {
    where: placeOf(manifest),
    hint: isKill
      ? `Often the system ends a program so for want of memory: raise memoryMb (now ${manifest.memoryMb}), use less, or run fewer steps at once.`
      : 'A native library may have failed; its last lines are in the log.',
    data: { exitCode, signal, lastStderr: lastStderr.join('\n').slice(-4_000) },
  })
}

const tooBig = (usedMb: number, { manifest, name }: ProgramReport): RegiaError =>
  new RegiaError(
    'STEP_CRASHED',
    `"${name}" of step "${manifest.step}" held ${usedMb} MB of memory and was ended; the step declares ${manifest.memoryMb} MB.`,
    {
      where: placeOf(manifest),
      hint: `Raise memoryMb above ${usedMb}, or read fewer rows and columns at once.`,
      data: { usedMb, memoryMb: manifest.memoryMb },
    },
  )

function notStarted(error: NodeJS.ErrnoException, { manifest, argv }: ProgramReport): RegiaError {
  const program = argv[0] ?? ''
  if (error.code !== 'ENOENT') {
    return new RegiaError('NOT_FOUND', `"${program}" of step "${manifest.step}" cannot be started: ${error.message}.`, {
      where: placeOf(manifest),
      hint: START_HINTS[error.code ?? ''] ?? 'Start it by hand on the worker’s machine to see why.',
      cause: error,
    })
  }
  const isPath = program.includes('/')
  return new RegiaError(
    'NOT_FOUND',
    isPath
      ? `The step "${manifest.step}" has no program "${program}".`
      : `"${program}" was not found on the PATH of the worker that ran step "${manifest.step}".`,
    {
      where: placeOf(manifest),
      hint: isPath ? 'Name it in files, and by its path in the project.' : installHint(program),
      cause: error,
    },
  )
}

const START_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Is it a program? Say its interpreter first: ["python3", "train.py"].',
  E2BIG: 'Its arguments are too long for the system: read big values from the file that REGIA_PARAMS names.',
  ERR_INVALID_ARG_VALUE:
    'A value holds the character NUL, which no argument can: read it from the file that REGIA_PARAMS names.',
}

const INSTALL: Readonly<Record<string, string>> = {
  python3: 'Install Python 3 (Debian: apt-get install python3 python3-venv)',
  python: 'Write "python3", or install a Python of that name',
  Rscript: 'Install R (Debian: apt-get install r-base-core)',
  java: 'Install a Java runtime (Debian: apt-get install default-jre-headless)',
  julia: 'Install Julia',
}

const installHint = (program: string): string =>
  `${INSTALL[program] ?? `Install "${program}"`}, or start the worker with its folder on PATH; of a virtual environment that is its bin/.`
