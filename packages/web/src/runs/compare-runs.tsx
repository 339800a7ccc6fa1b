import { Button, Switch } from '@mantine/core'
import type { Run } from '@regia/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { type Line, runLines, type StepLine, stepLines } from './compare-model.ts'
import { runQuery } from './queries.ts'
import classes from './runs.module.css'

type CompareRunsProps = { readonly ids: readonly string[]; readonly onClear: () => void }

/** Selected runs side by side: what was set, what came out, step by step; what differs stands out. */
export default function CompareRuns({ ids, onClear }: CompareRunsProps) {
  const queries = useQueries({ queries: ids.map((id) => runQuery(id)) })
  const runs = queries.flatMap(({ data }) => (data ? [data] : []))
  return (
    <>
      <Section
        title="Compared"
        note={ids.length < 2 ? 'select another run with Space' : `${ids.length} runs; what differs is bold`}
        actions={<Button onClick={onClear}>Clear</Button>}
      >
        <Card>
          <PlainTable
            label="Runs compared"
            isTight
            rows={runLines(runs)}
            keyOf={(line) => line.name}
            columns={[
              {
                id: 'name',
                title: '',
                cell: (line) =>
                  line.isDifferent ? <b>{line.name}</b> : <span className={classes.muted}>{line.name}</span>,
              },
              ...runColumns(runs),
            ]}
          />
        </Card>
      </Section>
      {runs.length > 1 && <CompareSteps runs={runs} />}
    </>
  )
}

const runColumns = (runs: readonly Run[]) =>
  runs.map((run, i) => ({
    id: run.id,
    isNumber: true,
    title: (
      <Link to="/runs/$id" params={{ id: run.id }}>
        {run.pipeline} #{run.number}
      </Link>
    ),
    cell: (line: Line) =>
      line.isDifferent ? <b>{line.values[i]}</b> : <span className={classes.muted}>{line.values[i]}</span>,
  }))

const MOST_STEPS = 300

function CompareSteps({ runs }: { readonly runs: readonly Run[] }) {
  const [isAll, setAll] = useState(false)
  const lines = useMemo(() => stepLines(runs), [runs])
  const shown = isAll ? lines : lines.filter(({ isDifferent }) => isDifferent)
  return (
    <Section
      title="Steps compared"
      note="code, inputs, outputs and outcome of each step"
      actions={<Switch label="All steps" checked={isAll} onChange={(event) => setAll(event.currentTarget.checked)} />}
    >
      <Card>
        {shown.length === 0 ? (
          <Empty>No step differs: the same code, the same inputs, the same outcome.</Empty>
        ) : (
          <PlainTable
            label="Steps compared"
            isTight
            rows={shown.slice(0, MOST_STEPS)}
            keyOf={(line) => line.step}
            columns={[
              { id: 'step', title: 'Step', cell: (line: StepLine) => line.step },
              { id: 'what', title: 'What differs', cell: (line: StepLine) => line.differences.join(', ') || '–' },
              ...runColumns(runs),
            ]}
          />
        )}
      </Card>
    </Section>
  )
}
