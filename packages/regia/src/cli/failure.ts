import type { ErrorBody } from '@regia/core'
import { CommanderError } from 'commander'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import { CommandLineError } from './parser.ts'
import { showControls, type Terminal } from './terminal.ts'

/** An error as the command shows it: what · where · what to do, and how the process ends. */
export type Failure = { readonly body: ErrorBody | UsageBody; readonly exitCode: ExitCode; readonly stack?: string }
type UsageBody = {
  readonly code: 'USAGE' | 'INTERNAL'
  readonly message: string
  readonly hint?: string
  readonly where?: string
  readonly stack?: string
}

/** Turns whatever was thrown into what a person or a program can act on. */
export async function failureOf(error: unknown, commandLine: string): Promise<Failure> {
  const where = `regia ${commandLine}`.trim()
  if (error instanceof CommanderError) return usage(error.message.replace(/^error: /, ''), where)
  if (error instanceof CommandLineError) return usage(error.message, where)
  const { RegiaError } = await import('@regia/core')
  if (error instanceof RegiaError) return { body: error.toBody(), exitCode: exitCodeOf(error.code) }
  return {
    body: {
      code: 'INTERNAL',
      message: `Something failed that Regia did not foresee: ${error instanceof Error ? error.message : String(error)}`,
      where,
      hint: 'This is a fault of Regia. Please report it with the stack below.',
      ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
    },
    exitCode: EXIT.internal,
  }
}

function usage(message: string, where: string): Failure {
  const [first = '', ...rest] = message.split('\n')
  const suggestion = rest
    .join(' ')
    .replace(/^\((.*)\)$/, '$1')
    .trim()
  const hint = [suggestion, 'Add --help to see what the command takes.'].filter(Boolean).join(' ')
  return { body: { code: 'USAGE', message: sentence(first), where, hint }, exitCode: EXIT.usage }
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.?!]$/, '$&.')

/** Prints a failure: for people on stderr, with `--json` as one object on stdout. */
export function printFailure({ body }: Failure, terminal: Terminal, isJson: boolean): void {
  if (isJson) terminal.write(`${JSON.stringify({ error: body })}\n`)
  else terminal.writeError(`${showControls(describeError(body, terminal))}\n`)
}

/** The lines of an error. What user code threw stands first with its own stack. */
export function describeError(body: ErrorBody | UsageBody, { style }: Pick<Terminal, 'style'>): string {
  const lines = [`${style.red('✗')} ${style.bold(body.message)}  ${style.dim(body.code)}`]
  if (body.stack) lines.push(...body.stack.split('\n').map((line) => `  ${line}`))
  if (body.where) lines.push(`  ${style.dim('at')} ${body.where}`)
  if (body.hint) lines.push(`  ${style.dim('→')} ${body.hint}`)
  return lines.join('\n')
}
