import type { CheckResult, Report } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { junitXml } from './junit.ts'

const check = (status: CheckResult['status'], name: string, message: string): CheckResult => ({
  kind: 'metricAtLeast',
  name,
  status,
  message,
  durationMs: 1500,
})

const report = (checks: readonly CheckResult[]): Report => ({
  name: 'penguins',
  passed: false,
  checks: [...checks],
  metrics: {},
  baselines: {},
  curves: {},
  slices: [],
  rowCount: 86,
  createdAt: '2026-11-22T04:37:12.000Z',
})

describe('junitXml', () => {
  it('has a case for each check, and escapes what XML needs', () => {
    const checks = [
      check('passed', 'accuracy at least 0.85', 'fine'),
      check('failed', 'auc < "good" & more', `got 0.5\u0001, wanted > 0.9`),
      check('skipped', 'beats previous', 'there is none'),
    ]
    expect(junitXml([{ name: 'penguins@1', report: report(checks) }])).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="3" failures="1" skipped="1" time="4.500">
        <testsuite name="penguins@1" tests="3" failures="1" skipped="1" time="4.500" timestamp="2026-11-22T04:37:12.000Z">
          <testcase classname="penguins@1" name="accuracy at least 0.85" time="1.500"/>
          <testcase classname="penguins@1" name="auc &lt; &quot;good&quot; &amp; more" time="1.500"><failure type="metricAtLeast" message="got 0.5, wanted &gt; 0.9">got 0.5, wanted &gt; 0.9</failure></testcase>
          <testcase classname="penguins@1" name="beats previous" time="1.500"><skipped message="there is none"/></testcase>
        </testsuite>
      </testsuites>
      "
    `)
  })
})
