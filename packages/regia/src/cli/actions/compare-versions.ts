import type { ModelComparison } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatScore, formatValue } from './format.ts'

export const compareModelVersions: Action<{ model: string; before: string; after: string }> = async (
  input,
  context,
) => {
  const { client } = await context.connect()
  const comparison = await client.models.compare(input.model, input.before, input.after)
  context.output.result(comparison, () => describeComparison(comparison, context.output))
}

type Line = { readonly name: string; readonly before: string; readonly after: string; readonly better?: string }

function describeComparison(found: ModelComparison, output: Output): string {
  const sections: readonly (readonly [string, readonly Line[]])[] = [
    ['metrics', found.metrics.map(metricLine)],
    ['checks', found.checks.map(({ name, before = '–', after = '–' }) => ({ name, before, after }))],
    ...(['params', 'data', 'code', 'signature', 'size'] as const).map(
      (part) => [part, found[part].map(pairLine)] as const,
    ),
  ]
  const head = output.style.bold(`${found.model}: version ${found.before} and version ${found.after}`)
  const shown = sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : ['', sectionTable(title, lines, found, output)],
  )
  return [head, ...shown].join('\n')
}

const sectionTable = (title: string, lines: readonly Line[], { before, after }: ModelComparison, output: Output) =>
  output.table(lines, [
    { title, value: ({ name }) => name },
    { title: `version ${before}`, value: (line) => line.before, shrinks: true },
    { title: `version ${after}`, value: (line) => line.after, shrinks: true },
    { title: '', value: (line) => line.better ?? (line.before === line.after ? '' : 'differs') },
  ])

function metricLine({ name, before, after, direction }: ModelComparison['metrics'][number]): Line {
  const line = { name, before: formatScore(before), after: formatScore(after) }
  if (before === undefined || after === undefined || !direction || before === after) return line
  const isBetter = after > before === (direction === 'higher')
  return { ...line, better: isBetter ? 'better' : 'worse' }
}

const pairLine = ({ name, before, after }: ModelComparison['params'][number]): Line => ({
  name,
  before: before === undefined ? '–' : formatValue(before),
  after: after === undefined ? '–' : formatValue(after),
})
