import type { CheckResult, Report } from '@regia/core'
import type { Health } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './models.module.css'

const LAMPS: Readonly<Record<CheckResult['status'], Health>> = { passed: 'well', failed: 'broken', skipped: 'unknown' }

// Two checks of one kind may carry the same name.
const keyOf = (check: CheckResult, index: number) => `${check.name} ${index}`

/** The checks of a version as a row of lamps. */
export function CheckLamps({ report }: { readonly report: Report | undefined }) {
  if (!report || report.checks.length === 0) return <>–</>
  const passed = report.checks.filter((check) => check.status === 'passed').length
  return (
    <span className={classes.lamps}>
      {report.checks.slice(0, 16).map((check, i) => (
        <Lamp key={keyOf(check, i)} health={LAMPS[check.status]} label={`${check.name}: ${check.message}`} />
      ))}
      <small>
        {passed} of {report.checks.length}
      </small>
    </span>
  )
}

/** Each check with what was got and what was expected; failures first. */
export function CheckList({ checks }: { readonly checks: readonly CheckResult[] }) {
  const order = { failed: 0, skipped: 1, passed: 2 } as const
  const sorted = [...checks].sort((a, b) => order[a.status] - order[b.status])
  return (
    <ul className={classes.checks}>
      {sorted.map((check, i) => (
        <li key={keyOf(check, i)}>
          <Lamp health={LAMPS[check.status]} label={check.status} />
          <div>
            <b>{check.name}</b>
            <p>{check.message}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
