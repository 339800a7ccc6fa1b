import type { ModelComparison } from '@regia/core'
import { formatNumber } from '../kernel/format.ts'
import type { Health } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import {
  type Compared,
  changeText,
  comparedSections,
  differences,
  type Judgement,
  judgementOf,
  shownText,
  verdictOf,
} from './comparison.ts'
import classes from './models.module.css'

type ComparisonProps = { readonly comparison: ModelComparison; readonly isAll: boolean }

/** What differs first: the scores, and then what may explain them. */
export function Comparison({ comparison, isAll }: ComparisonProps) {
  const { before, after } = comparison
  const every = comparedSections(comparison)
  const { sections, same } = isAll ? { sections: every, same: [] } : differences(every)
  return (
    <>
      <p className={classes.verdict}>{verdictOf(comparison)}</p>
      {comparison.metrics.length > 0 && <Scores comparison={comparison} />}
      {sections.map(({ title, rows }) => (
        <Section key={title} title={title}>
          <Card>
            <div className={classes.compared}>
              <PlainTable
                label={title}
                rows={rows}
                keyOf={({ name }) => name}
                columns={[
                  { id: 'name', title: 'What', cell: ({ name }) => name },
                  { id: 'before', title: `v${before}`, cell: (row) => <Value row={row} text={row.before} /> },
                  { id: 'after', title: `v${after}`, cell: (row) => <Value row={row} text={row.after} /> },
                ]}
              />
            </div>
          </Card>
        </Section>
      ))}
      {same.length > 0 && <p className={classes.verdict}>The same in both: {same.join(', ')}.</p>}
    </>
  )
}

const LAMPS: Readonly<Partial<Record<Judgement, Health>>> = { better: 'well', worse: 'attention' }

function Scores({ comparison: { before, after, metrics } }: { readonly comparison: ModelComparison }) {
  return (
    <Section title="Scores">
      <Card>
        <div className={classes.compared}>
          <PlainTable
            label="Scores"
            rows={metrics}
            keyOf={({ name }) => name}
            columns={[
              { id: 'name', title: 'Metric', cell: ({ name }) => name },
              { id: 'before', title: `v${before}`, isNumber: true, cell: (row) => numberText(row.before) },
              { id: 'after', title: `v${after}`, isNumber: true, cell: (row) => <b>{numberText(row.after)}</b> },
              { id: 'change', title: 'Change', isNumber: true, cell: (row) => <Change metric={row} /> },
            ]}
          />
        </div>
      </Card>
    </Section>
  )
}

function Change({ metric }: { readonly metric: ModelComparison['metrics'][number] }) {
  const judgement = judgementOf(metric)
  const health = LAMPS[judgement]
  return (
    <span className={classes.change}>
      {changeText(metric)} {health ? <Lamp health={health} label={judgement} /> : <i />}
    </span>
  )
}

const numberText = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value))

function Value({ row, text }: { readonly row: Compared; readonly text: string }) {
  const shown = shownText(text)
  return (
    <span
      className={row.before === row.after ? classes.same : classes.differs}
      {...(shown !== text && { title: text })}
    >
      {shown === text ? text : <code>{shown}</code>}
    </span>
  )
}
