import { CloseButton } from '@mantine/core'
import type { TrackedRunDetail } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import type { CompareLine } from './compare-model.ts'
import classes from './experiments.module.css'
import { Stroke } from './run-legend.tsx'

const MOST_LINES = 600

type CompareTableProps = {
  readonly runs: readonly TrackedRunDetail[]
  readonly lines: readonly CompareLine[]
  readonly onRemove: (id: string) => void
}

/** One column a run, one line a value; the name of the line stays in sight. */
export function CompareTable({ runs, lines, onRemove }: CompareTableProps) {
  const shown = lines.slice(0, MOST_LINES)
  return (
    <ScrollBox label="Runs compared" className={classes.compareBox}>
      <table className={classes.compare} aria-label="Runs compared">
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.hidden}>Value</span>
            </th>
            {runs.map((run, i) => (
              <th key={run.id} scope="col">
                <span className={classes.compareHead}>
                  <Stroke place={i} />
                  <Link
                    to="/experiments/$id/runs/$runId"
                    params={{ id: run.experimentId, runId: run.id }}
                    title={run.name}
                  >
                    {run.name}
                  </Link>
                  <CloseButton size="xs" aria-label={`Take ${run.name} out`} onClick={() => onRemove(run.id)} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((line, i) => (
            <Fragment key={`${line.group} ${line.name}`}>
              {line.group !== shown[i - 1]?.group && (
                <tr className={classes.compareGroup}>
                  <th scope="rowgroup" colSpan={runs.length + 1}>
                    {line.group}
                  </th>
                </tr>
              )}
              <tr data-different={line.isDifferent}>
                <th scope="row" title={line.name}>
                  {line.name}
                </th>
                {runs.map((run, at) => (
                  <td key={run.id} title={line.values[at]} data-best={line.best.includes(at)}>
                    {line.values[at] ?? '–'}
                  </td>
                ))}
              </tr>
            </Fragment>
          ))}
        </tbody>
      </table>
      {lines.length > MOST_LINES && <p>The first {MOST_LINES} lines; the CSV has all of them.</p>}
    </ScrollBox>
  )
}
