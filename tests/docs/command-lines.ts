import type { AnyCommand } from '../../packages/regia/src/cli/command.ts'
import { flagOf } from '../../packages/regia/src/cli/command.ts'
import { codeSpans, type DocPage } from './read-pages.ts'

/** A use of the command in a page, without what the shell adds. */
export type CommandLine = { readonly words: readonly string[]; readonly isWhole: boolean }

const GLOBAL_OPTIONS = ['--json', '--env', '--help', '--version']

/** Lines of shell blocks, and spans that begin with the command. */
export function commandLines(page: DocPage): readonly CommandLine[] {
  const lines = page.blocks.flatMap(({ language, text }) => (language === 'sh' ? text.split('\n') : []))
  return [
    ...lines.flatMap((line) => taken(line, true)),
    ...codeSpans(page).flatMap((span) => (/^regia [\w-]/.test(span) ? taken(span, false) : [])),
  ]
}

const taken = (line: string, isWhole: boolean): readonly CommandLine[] =>
  (line.split(/(?:^|\s)#\s/)[0] ?? '')
    .split(/;|&&|\|/)
    .flatMap((part) => /^\s*(?:npx )?regia (.*)$/.exec(part)?.[1] ?? [])
    .map((rest) => ({ words: rest.trim().split(/\s+/), isWhole }))

/** What is wrong with a use of the command, if anything. */
export function problemOf({ words, isWhole }: CommandLine, commands: readonly AnyCommand[]): string | undefined {
  const named = words.findIndex((word) => word.startsWith('-'))
  const leading = named === -1 ? words : words.slice(0, named)
  const command = commands
    .filter(({ name }) => leading.slice(0, name.split(' ').length).join(' ') === name)
    .sort((a, b) => b.name.length - a.name.length)[0]
  if (!command) {
    const isGroup = commands.some(({ name }) => name.startsWith(`${leading.join(' ')} `))
    const isGlobal = leading.length === 0 || /^[A-Z]/.test(leading[0] ?? '')
    return isGlobal || (isGroup && !isWhole) ? undefined : 'there is no such command'
  }
  const known = [...GLOBAL_OPTIONS, ...Object.entries(command.options ?? {}).flatMap(flagsOf)]
  // What stands behind "--" are words of another program.
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined)
  const unknown = own
    .map((word) => word.split('=')[0] ?? '')
    .find((word) => /^--?[a-z]/.test(word) && !known.includes(word))
  return unknown === undefined ? undefined : `"${command.name}" has no option ${unknown}`
}

const flagsOf = ([name, { short }]: [string, { readonly short?: string }]): readonly string[] => [
  flagOf(name),
  ...(short === undefined ? [] : [`-${short}`]),
]
