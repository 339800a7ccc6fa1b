import { type AnyCommand, flagOf, type OptionSpec } from './command.ts'
import { EXIT } from './exit-codes.ts'

const EXIT_MEANINGS: { readonly [Name in keyof typeof EXIT]: string } = {
  ok: 'done',
  failed: 'a run failed, a check is red, something was refused',
  usage: 'the command line, a file or a setting is wrong',
  notFound: 'what was named is not there',
  unavailable: 'the server cannot be reached, or somebody else owns the home or the port',
  internal: 'a fault of Regia',
  interrupted: 'stopped by Ctrl-C',
}

/** docs/cli.md: every command with its arguments, options and examples, from the same table as parser and help. */
export function commandReference(commands: readonly AnyCommand[]): string {
  return `${[
    '# The `regia` command',
    'Made from the table of commands in `packages/regia/src/cli/commands`; a test compares. `regia COMMAND --help` shows the same.',
    'Every command takes `--json` (one JSON value on stdout, errors included), `--env NAME` (an environment of the project) and `--help`. Where a server owns the project’s home a command talks to it; else the command is the owner until it ends.',
    ENVIRONMENT,
    '## Exit codes',
    ['| code | meaning |', '|---|---|', ...exitRows()].join('\n'),
    '## Commands',
    [
      '| command | |',
      '|---|---|',
      ...commands.map((each) => `| [\`regia ${each.name}\`](#${anchorOf(each)}) | ${each.summary} |`),
    ].join('\n'),
    ...commands.map(commandSection),
  ].join('\n\n')}\n`
}

const ENVIRONMENT = [
  '| variable | meaning |',
  '|---|---|',
  '| `REGIA_HOME` | folder that everything is kept in; `.regia` of the project where absent |',
  '| `REGIA_URL` | a Regia elsewhere: commands talk to it and touch no home of their own |',
  '| `REGIA_TOKEN` | the token that the server asks for, or that `regia up` shall ask for |',
  '| `REGIA_ALLOW_PRIVATE_WEBHOOKS` | `true` lets webhooks be sent to private networks, to this machine and over plain http |',
  '| `REGIA_ENV` | environment of the project, where `--env` names none; its base where absent |',
  '| `REGIA_EXPERIMENT` | the experiment of tracked runs that name none; `Default` where absent |',
  '| `REGIA_SEED` | the seed of tracked runs that name none; a random one where absent |',
  '| `REGIA_SYSTEM_METRICS` | how often tracked runs look at processor, memory, disk, network and GPU, such as `10s`; never where absent |',
  '| `NO_COLOR` | no colours, also on a terminal |',
].join('\n')

const exitRows = () =>
  (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => `| ${EXIT[name]} | ${EXIT_MEANINGS[name]} |`)

const anchorOf = ({ name }: AnyCommand) => `regia-${name.replaceAll(' ', '-')}`

function commandSection(command: AnyCommand): string {
  const words = Object.entries(command.args ?? {}).map(([name, { optional, variadic }]) => {
    const word = variadic ? `${name}...` : name
    return optional ? `[${word}]` : `<${word}>`
  })
  const rows = [
    ...Object.entries(command.args ?? {}).map(([name, { description }]) => `| \`${name}\` | ${description} |`),
    ...Object.entries(command.options ?? {}).map(
      ([name, spec]) => `| \`${optionText(name, spec)}\` | ${describeOption(spec)} |`,
    ),
  ]
  return [
    `### regia ${command.name}`,
    `\`regia ${[command.name, ...words].join(' ')}\``,
    sentence(command.summary) + (command.details ? ` ${command.details}` : ''),
    ...(rows.length ? [['| | |', '|---|---|', ...rows].join('\n')] : []),
    ['```sh', ...command.examples, '```'].join('\n'),
  ].join('\n\n')
}

function optionText(name: string, spec: OptionSpec): string {
  const flags = `${spec.short === undefined ? '' : `-${spec.short}, `}${flagOf(name)}`
  return spec.type === 'flag' ? flags : `${flags} ${spec.value ?? 'VALUE'}`
}

function describeOption(spec: OptionSpec): string {
  if (spec.required) return `${spec.description}; required`
  return spec.default === undefined ? spec.description : `${spec.description}; default \`${spec.default}\``
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
