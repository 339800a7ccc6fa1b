import { Button } from '@mantine/core'
import type { Run } from '@regia/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatCell, formatDuration, formatNumber } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { runQuery } from './queries.ts'
import classes from './runs.module.css'

type CompareRunsProps = { readonly ids: readonly string[]; readonly onClear: () => void }
type Line = { readonly name: string; readonly values: readonly string[]; readonly isDifferent: boolean }

/** Selected runs side by side: what was set, what came out; lines that differ stand out. */
export function CompareRuns({ ids, onClear }: CompareRunsProps) {
  const queries = useQueries({ queries: ids.map((id) => runQuery(id)) })
  const runs = queries.flatMap(({ data }) => (data ? [data] : []))
  return (
    <Section
      title="Compared"
      note={ids.length < 2 ? 'select another run with Space' : `${ids.length} runs; what differs is bold`}
      actions={<Button onClick={onClear}>Clear</Button>}
    >
      <Card>
        <PlainTable
          label="Runs compared"
          isTight
          rows={linesOf(runs)}
          keyOf={(line) => line.name}
          columns={[
            {
              id: 'name',
              title: '',
              cell: (line) =>
                line.isDifferent ? <b>{line.name}</b> : <span className={classes.muted}>{line.name}</span>,
            },
            ...runs.map((run, i) => ({
              id: run.id,
              isNumber: true,
              title: (
                <Link to="/runs/$id" params={{ id: run.id }}>
                  {run.pipeline} #{run.number}
                </Link>
              ),
              cell: (line: Line) =>
                line.isDifferent ? <b>{line.values[i]}</b> : <span className={classes.muted}>{line.values[i]}</span>,
            })),
          ]}
        />
      </Card>
    </Section>
  )
}

function linesOf(runs: readonly Run[]): readonly Line[] {
  const line = (name: string, read: (run: Run) => string): Line => {
    const values = runs.map(read)
    return { name, values, isDifferent: new Set(values).size > 1 }
  }
  const namesIn = (read: (run: Run) => Readonly<Record<string, unknown>>) => [
    ...new Set(runs.flatMap((run) => Object.keys(read(run)))),
  ]
  return [
    line('status', (run) => run.status),
    line('pipeline version', (run) => `v${run.pipelineVersion}`),
    line('data', (run) => run.datasets.map(({ name, version }) => `${name}@${version}`).join(', ') || '–'),
    line('took', (run) => formatDuration(durationOf(run))),
    ...namesIn((run) => run.params).map((name) => line(`param ${name}`, (run) => formatCell(run.params[name]))),
    ...namesIn((run) => run.metrics).map((name) => line(name, (run) => formatNumber(run.metrics[name]))),
  ]
}

const durationOf = ({ startedAt, finishedAt }: Run) =>
  startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : undefined
