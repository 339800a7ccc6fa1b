import { Select } from '@mantine/core'
import type { ModelComparison } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { formatNumber } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { type Compared, changeText, comparedRows, verdictOf } from './comparison.ts'
import classes from './models.module.css'
import { comparisonQuery, modelVersionsQuery } from './queries.ts'

const route = getRouteApi('/models/$name/compare')

/** What is different between two versions, and is the later one better? */
export default function ComparisonPage() {
  const { name } = route.useParams()
  const { before, after } = route.useSearch()
  const versions = useQuery(modelVersionsQuery(name))
  const numbers = (versions.data?.items ?? []).map(({ version }) => String(version))
  const [one, other] = [before ?? numbers[1] ?? numbers[0], after ?? numbers[0]]
  const query = useQuery({ ...comparisonQuery(name, one ?? '', other ?? ''), enabled: Boolean(one && other) })
  return (
    <Page
      title={`${name}: versions compared`}
      under={
        <Link to="/models/$name" params={{ name }}>
          {name}
        </Link>
      }
      actions={<Choose name={name} numbers={numbers} before={one} after={other} />}
      cli={`regia models compare ${name} ${one ?? 1} ${other ?? 2}`}
      http={`GET /api/v1/models/${name}/compare?before=${one ?? 1}&after=${other ?? 2}`}
    >
      <Loaded query={query} height={400}>
        {(comparison) => <Comparison comparison={comparison} />}
      </Loaded>
    </Page>
  )
}

type ChooseProps = {
  readonly name: string
  readonly numbers: readonly string[]
  readonly before: string | undefined
  readonly after: string | undefined
}

function Choose({ name, numbers, before, after }: ChooseProps) {
  const navigate = useNavigate()
  const data = numbers.map((value) => ({ value, label: `v${value}` }))
  const go = (change: { readonly before?: string; readonly after?: string }) =>
    void navigate({ to: '/models/$name/compare', params: { name }, search: { before, after, ...change } })
  return (
    <>
      <Select
        aria-label="Before"
        data={data}
        value={before ?? null}
        onChange={(value) => value && go({ before: value })}
        searchable
      />
      <Select
        aria-label="After"
        data={data}
        value={after ?? null}
        onChange={(value) => value && go({ after: value })}
        searchable
      />
    </>
  )
}

function Comparison({ comparison }: { readonly comparison: ModelComparison }) {
  const { before, after } = comparison
  return (
    <>
      <p className={classes.verdict}>{verdictOf(comparison)}</p>
      <Section title="Scores">
        <Card>
          <PlainTable
            label="Scores"
            rows={comparison.metrics}
            keyOf={({ name }) => name}
            columns={[
              { id: 'name', title: 'Metric', cell: ({ name }) => name },
              { id: 'before', title: `v${before}`, isNumber: true, cell: (row) => numberText(row.before) },
              { id: 'after', title: `v${after}`, isNumber: true, cell: (row) => <b>{numberText(row.after)}</b> },
              { id: 'change', title: 'Change', isNumber: true, cell: changeText },
            ]}
          />
        </Card>
      </Section>
      {comparedRows(comparison).map(([title, rows]) => (
        <Section key={title} title={title}>
          <Card>
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
          </Card>
        </Section>
      ))}
    </>
  )
}

const numberText = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value))

function Value({ row, text }: { readonly row: Compared; readonly text: string }) {
  return row.before === row.after ? <span className={classes.same}>{text}</span> : <b>{text}</b>
}
