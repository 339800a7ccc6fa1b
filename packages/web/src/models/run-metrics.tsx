import { useQuery } from '@tanstack/react-query'
import { trackedRunQuery } from '../experiments/queries.ts'
import { formatNumber } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import classes from './models.module.css'

const MOST = 12

/** What the run behind a version measured by itself, without intervals or baselines. */
export function RunMetrics({ run }: { readonly run: string }) {
  const { data } = useQuery(trackedRunQuery(run))
  const metrics = data?.metrics ?? []
  if (metrics.length === 0) return null
  return (
    <Section title="What its run measured" note="without intervals or baselines">
      <Card pad>
        <ul className={classes.runMetrics}>
          {metrics.slice(0, MOST).map(({ key, value }) => (
            <li key={key}>
              <span title={key}>{key}</span>
              <b>{typeof value === 'number' ? formatNumber(value) : value}</b>
            </li>
          ))}
          {metrics.length > MOST && <li>and {metrics.length - MOST} more</li>}
        </ul>
      </Card>
    </Section>
  )
}
