import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { RegiaError } from '@regia/core'

/** How a program ended. */
export type ProgramEnd = { readonly code: number | undefined; readonly signal: NodeJS.Signals | undefined }

export type ProgramRequest = {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Where standard output goes: to this process's, or to its standard error where that is kept free for JSON. */
  readonly stdout: 'stdout' | 'stderr'
  readonly onStart?: (pid: number) => void
}

const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

/**
 * Runs a program to its end, with the terminal of this process. Signals are passed on, but for the Ctrl-C of a terminal, which the program
 * hears by itself.
 *
 * @throws RegiaError `NOT_FOUND` where there is no such program.
 */
export async function runProgram({ command, cwd, env, stdout, onStart }: ProgramRequest): Promise<ProgramEnd> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd, env, stdio: ['inherit', stdout === 'stdout' ? 1 : 2, 2], shell: false })
  const stopPassing = passSignals(child)
  try {
    return await new Promise<ProgramEnd>((resolve, reject) => {
      child.once('spawn', () => onStart?.(child.pid ?? 0))
      child.once('error', (cause) => reject(notStarted(program, cwd, cause)))
      child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }))
    })
  } finally {
    stopPassing()
  }
}

function passSignals(child: ChildProcess): () => void {
  const listeners = PASSED_ON.map((signal) => {
    const pass = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, pass)
    return () => process.off(signal, pass)
  })
  // Whoever ends this process at once takes the program along.
  const onExit = () => child.kill('SIGKILL')
  process.on('exit', onExit)
  return () => {
    for (const forget of listeners) forget()
    process.off('exit', onExit)
  }
}

const notStarted = (program: string, cwd: string, cause: Error): RegiaError =>
  new RegiaError('NOT_FOUND', `The command "${program}" cannot be started: ${cause.message}`, {
    cause,
    where: cwd,
    hint: 'Check its name and PATH; a program of a virtual environment needs that environment, or its path.',
  })

/** The exit code of a program as shells count it: of one that a signal ended, 128 and the signal's number. */
export const exitCodeOfProgram = ({ code, signal }: ProgramEnd): number =>
  code ?? 128 + (signal === undefined ? 0 : constants.signals[signal])
