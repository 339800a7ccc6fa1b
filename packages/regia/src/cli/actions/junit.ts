import type { CheckResult, Report } from '@regia/core'

/** Reports as JUnit XML, which build servers read: a suite for each with a case for each check. */
export function junitXml(reports: readonly { readonly name: string; readonly report: Report }[]): string {
  const checks = reports.flatMap(({ report }) => report.checks)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${countsOf(checks)}>`,
    ...reports.flatMap(({ name, report }) => [
      `  <testsuite name="${xml(name)}" ${countsOf(report.checks)} timestamp="${xml(report.createdAt)}">`,
      ...report.checks.map((check) => caseXml(name, check)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function countsOf(checks: readonly CheckResult[]): string {
  const failures = checks.filter(({ status }) => status === 'failed').length
  const skipped = checks.filter(({ status }) => status === 'skipped').length
  const time = seconds(checks.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0))
  return `tests="${checks.length}" failures="${failures}" skipped="${skipped}" time="${time}"`
}

function caseXml(suiteName: string, check: CheckResult): string {
  const open = `    <testcase classname="${xml(suiteName)}" name="${xml(check.name)}" time="${seconds(check.durationMs ?? 0)}"`
  if (check.status === 'passed') return `${open}/>`
  const inside =
    check.status === 'failed'
      ? `<failure type="${xml(check.kind)}" message="${xml(check.message)}">${xml(check.message)}</failure>`
      : `<skipped message="${xml(check.message)}"/>`
  return `${open}>${inside}</testcase>`
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Also leaves out what XML 1.0 cannot hold at all: control characters. */
const xml = (text: string): string =>
  [...text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)]
    .filter((character) => character >= ' ' || /[\t\n]/.test(character))
    .join('')
