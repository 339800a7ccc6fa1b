import { Argument, Command, Option } from 'commander'
import { type AnyCommand, flagOf, type OptionSpec } from './command.ts'

export type Invocation = {
  readonly command: AnyCommand
  readonly input: Readonly<Record<string, unknown>>
  readonly isJson: boolean
  /** The environment of the project, where one was named. */
  readonly environment: string | undefined
}

type Node = { readonly path: string; readonly summary: string }

/**
 * Makes the command line's parser from the table.
 *
 * @param groups - What the words above commands mean: `data` of `data add`.
 * @param onInvoke - Gets the command that was asked for, with its input.
 */
export function createParser(
  commands: readonly AnyCommand[],
  groups: readonly Node[],
  version: string,
  onInvoke: (invocation: Invocation) => void,
): Command {
  const program = new Command('regia')
    .description('A control room for machine learning in production.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    // Positional: "--json" behind "demo status" belongs to it and not to "demo".
    .enablePositionalOptions()
    .addOption(environmentOption())
  const nodes = new Map<string, Command>([['', program]])
  const nodeOf = (path: string): Command => {
    const known = nodes.get(path)
    if (known) return known
    const words = path.split(' ')
    const node = nodeOf(words.slice(0, -1).join(' ')).command(words.at(-1)!)
    nodes.set(path, node.helpCommand(false).enablePositionalOptions())
    const group = groups.find((each) => each.path === path)
    if (group) node.description(group.summary).action(() => node.outputHelp())
    return node
  }
  // Before the command's name it counts as well: "regia --env prod run x".
  const invoke = (found: Invocation) => onInvoke({ ...found, environment: found.environment ?? program.opts().env })
  for (const command of commands) fill(nodeOf(command.name), command, invoke)
  for (const node of nodes.values())
    node
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .showSuggestionAfterError()
  return program
}

function fill(node: Command, command: AnyCommand, onInvoke: (invocation: Invocation) => void): void {
  node.description([command.summary, command.details].filter(Boolean).join('\n\n')).summary(command.summary)
  const names = Object.keys(command.args ?? {})
  for (const [name, spec] of Object.entries(command.args ?? {})) {
    const word = spec.variadic ? `${name}...` : name
    const argument = new Argument(spec.optional ? `[${word}]` : `<${word}>`, spec.description)
    node.addArgument(spec.choices ? argument.choices(spec.choices) : argument)
    if (spec.takesOptions) node.passThroughOptions()
  }
  for (const [name, spec] of Object.entries(command.options ?? {})) node.addOption(optionOf(name, spec))
  node.option('--json', 'print the result as JSON').addOption(environmentOption())
  node.addHelpText('after', `\nExamples:\n${command.examples.map((example) => `  $ ${example}`).join('\n')}`)
  node.action((...received: unknown[]) => {
    const options = node.opts()
    const args = Object.fromEntries(names.map((name, i) => [name, received[i]]))
    const chosen = Object.entries(command.options ?? {}).map(([name, spec]) => [name, givenValue(name, spec, options)])
    onInvoke({
      command,
      input: { ...args, ...Object.fromEntries(chosen) },
      isJson: options.json === true,
      environment: options.env,
    })
  })
}

const environmentOption = () => new Option('--env <NAME>', 'environment of the project; its base where absent')

function optionOf(name: string, spec: OptionSpec): Option {
  const flags = `${spec.short === undefined ? '' : `-${spec.short}, `}${flagOf(name)}`
  if (spec.type === 'flag') return new Option(flags, spec.description)
  const option = new Option(`${flags} <${spec.value ?? 'VALUE'}>`, spec.description)
  if (spec.default !== undefined) option.default(spec.default)
  if (spec.type === 'integer') option.argParser((text) => numberOf(name, text, /^-?\d+$/, 'a whole number'))
  if (spec.type === 'number') option.argParser((text) => numberOf(name, text, /^-?\d+(\.\d+)?(e-?\d+)?$/i, 'a number'))
  if (spec.type === 'list') option.argParser((text, before: string[] = []) => [...before, text])
  return option.makeOptionMandatory(spec.required === true)
}

function givenValue(name: string, spec: OptionSpec, options: Readonly<Record<string, unknown>>): unknown {
  // commander takes "--no-cache" for the opposite of "--cache", which is then true unless it was given.
  const negated = /^no([A-Z])(.*)$/.exec(name)
  if (spec.type === 'flag' && negated) return options[`${negated[1]!.toLowerCase()}${negated[2]}`] === false
  if (spec.type === 'flag') return options[name] === true
  return options[name] ?? (spec.type === 'list' ? [] : undefined)
}

/** The command line does not say what it must; `main` shows it as any other error. */
export class CommandLineError extends Error {}

function numberOf(name: string, text: string, form: RegExp, wanted: string): number {
  if (form.test(text)) return Number(text)
  throw new CommandLineError(`${flagOf(name)} needs ${wanted}, and got "${text}".`)
}
