import type { RunOptions, Selection } from '@regia/core'
import { fieldText } from './json-schema.ts'

// A shell must not take anything in it for its own.
export const quoted = (text: string): string =>
  /^[\w.,:=@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The flags that name a selection. */
export function selectionFlags({ from, to, only, tags }: Selection = {}): string {
  const flags = [
    ['--from', from],
    ['--to', to],
    ['--only', only],
    ['--tags', tags],
  ] as const
  return flags.map(([flag, names]) => (names ?? []).map((name) => ` ${flag} ${name}`).join('')).join('')
}

/** The `regia run` (or `plan`) that does what the options say. */
export function runCommand(pipeline: string, options: RunOptions, verb: 'run' | 'plan' = 'run'): string {
  const { channel, version, params = {}, refresh = [] } = options
  const target = channel ? ` --channel ${channel}` : version === undefined ? '' : ` --version ${version}`
  const given = Object.entries(params).map(([name, value]) => ` --param ${quoted(`${name}=${fieldText(value)}`)}`)
  return [
    `regia ${verb} ${pipeline}${target}`,
    ...given,
    selectionFlags(options.selection),
    options.useCache === false ? ' --no-cache' : '',
    ...refresh.map((step) => ` --refresh ${step}`),
    options.onFailure ? ` --on-failure ${options.onFailure}` : '',
  ].join('')
}
