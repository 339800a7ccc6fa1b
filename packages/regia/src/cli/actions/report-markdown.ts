import type { CheckResult, Estimate, Report } from '@regia/core'

const MARKS: { readonly [Status in CheckResult['status']]: string } = { passed: '✅', failed: '❌', skipped: '➖' }

/** A report as Markdown, for a comment under a pull request. */
export function reportMarkdown(name: string, report: Report): string {
  const red = report.checks.filter(({ status }) => status === 'failed').length
  return [
    `### ${report.passed ? '✅' : '❌'} ${cell(name)}: ${report.passed ? 'every check passes' : `${red} of ${report.checks.length} checks fail`}`,
    '',
    '| | check | found |',
    '| --- | --- | --- |',
    ...report.checks.map(
      ({ status, name: check, message }) => `| ${MARKS[status]} | ${cell(check)} | ${cell(message)} |`,
    ),
    ...metricLines(report),
    '',
    `Over ${report.rowCount.toLocaleString('en')} rows.`,
    '',
  ].join('\n')
}

function metricLines({ metrics, baselines }: Report): readonly string[] {
  const names = Object.keys(metrics)
  if (names.length === 0) return []
  const others = Object.keys(baselines)
  return [
    '',
    `| metric | model | ${others.map(cell).join(' | ')}${others.length > 0 ? ' |' : ''}`,
    `| --- | --- | ${others.map(() => '---').join(' | ')}${others.length > 0 ? ' |' : ''}`,
    ...names.map((name) => {
      const cells = [metrics[name], ...others.map((other) => baselines[other]?.[name])].map(estimate)
      return `| ${cell(name)} | ${cells.join(' | ')} |`
    }),
  ]
}

function estimate(found: Estimate | undefined): string {
  if (!found) return ''
  const { value, interval } = found
  return interval
    ? `${value.toFixed(4)} (${interval.lower.toFixed(4)} to ${interval.upper.toFixed(4)})`
    : value.toFixed(4)
}

/** What would end a cell, or begin an element of HTML, is written so that it does neither. */
const cell = (text: string): string =>
  text
    .replace(/[\\|<>&]/g, (character) =>
      character === '\\' || character === '|' ? `\\${character}` : HTML[character]!,
    )
    .replace(/\s+/g, ' ')

const HTML: { readonly [character: string]: string } = { '<': '&lt;', '>': '&gt;', '&': '&amp;' }
