import { VERSION } from '../version.ts'
import { COMMANDS, GROUPS } from './commands/index.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { createOutput } from './output.ts'
import { createParser, type Invocation } from './parser.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** The `regia` command: reads the command line, runs the command, sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal(process)
  endQuietlyWithThePipe()
  process.exitCode = await execute(argv, terminal)
}

async function execute(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let isJson = argv.includes('--json')
  try {
    const invocation = parse(argv)
    if (!invocation) return EXIT.ok
    isJson = invocation.isJson
    return await invoke(invocation, terminal)
  } catch (error) {
    if (isHelp(error)) return EXIT.ok
    const { failureOf, printFailure } = await import('./failure.ts')
    const failure = await failureOf(error, argv.join(' '))
    printFailure(failure, terminal, isJson)
    return failure.exitCode
  }
}

/** Nothing where help or the version was printed. */
function parse(argv: readonly string[]): Invocation | undefined {
  let invocation: Invocation | undefined
  const parser = createParser(COMMANDS, GROUPS, VERSION, (found) => {
    invocation = found
  })
  if (argv.length === 0) parser.outputHelp()
  else parser.parse(argv, { from: 'user' })
  return invocation
}

async function invoke({ command, input, isJson, environment }: Invocation, terminal: Terminal): Promise<ExitCode> {
  const { createContext } = await import('./create-context.ts')
  const { context, close } = createContext(terminal, createOutput(terminal, isJson), environment)
  try {
    return await command.run(input, context)
  } finally {
    await close()
  }
}

/** commander ends `--help` and `--version` by throwing. */
const isHelp = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['commander.helpDisplayed', 'commander.version'].includes(String(error.code))

/** `regia runs | head` closes the pipe early: that is no failure. */
function endQuietlyWithThePipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    throw error
  })
}
