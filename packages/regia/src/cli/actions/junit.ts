import type { CheckResult, Report } from '@regia/core'

/** A report as JUnit XML, which build servers read: a suite with a case for each check. */
export function junitXml(suiteName: string, report: Report): string {
  const failures = report.checks.filter((check) => check.status === 'failed').length
  const skipped = report.checks.filter((check) => check.status === 'skipped').length
  const counts = `tests="${report.checks.length}" failures="${failures}" skipped="${skipped}"`
  const time = seconds(report.checks.reduce((sum, check) => sum + (check.durationMs ?? 0), 0))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${time}">`,
    `  <testsuite name="${xml(suiteName)}" ${counts} time="${time}" timestamp="${xml(report.createdAt)}">`,
    ...report.checks.map((check) => caseXml(suiteName, check)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
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
