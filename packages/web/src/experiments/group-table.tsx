import type { TrackedRun } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Count } from '../kernel/count.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatNumber, plural } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './experiments.module.css'
import { equalsText, type Field, fieldOf, fieldText, withCondition } from './field.ts'
import { groupRuns, isLowerBetter, type RunGroup } from './group-model.ts'
import { NoRuns } from './no-runs.tsx'
import { countQuery, manyRunsQuery } from './queries.ts'
import { selectOf } from './run-request.ts'
import type { TabProps } from './runs-tab.tsx'

/** So many runs are put into groups; of more, those that started last. */
const MOST_RUNS = 20_000
const MOST_GROUPS = 500
const MOST_METRICS = 6

/** Runs by the value of one param or tag. */
export function GroupTable(props: TabProps & { readonly columns: readonly string[] }) {
  const { scope, search, onSearch, columns } = props
  const by = useMemo(() => fieldOf(search.group ?? ''), [search.group])
  const metrics = useMemo(() => metricsOf(columns), [columns])
  const fields = [by, ...metrics.map((key): Field => ({ kind: 'metric', key }))]
  const query = useQuery(manyRunsQuery({ ...scope, select: selectOf(fields), limit: MOST_RUNS }))
  const { data: count } = useQuery(countQuery(scope))
  return (
    <Loaded query={query} height={300}>
      {({ items }) =>
        items.length === 0 ? (
          <NoRuns search={search} onSearch={onSearch} />
        ) : (
          <>
            {count && count.total > items.length && (
              <p className={classes.hint}>
                Of {plural(count.total, 'run')} the {formatCount(items.length)} that started last are in these groups: a
                filter makes them fewer.
              </p>
            )}
            <Groups
              runs={items}
              by={by}
              metrics={metrics}
              onOpen={(group) =>
                onSearch({ filter: withCondition(search.filter, conditionOf(by, group)), group: undefined })
              }
            />
          </>
        )
      }
    </Loaded>
  )
}

const metricsOf = (columns: readonly string[]) =>
  columns
    .map(fieldOf)
    .filter(({ kind }) => kind === 'metric')
    .map(({ key }) => key)
    .slice(0, MOST_METRICS)

const conditionOf = (by: Field, { value }: RunGroup) =>
  value === undefined ? `${fieldText(by)} IS NULL` : equalsText(by, value)

type GroupsProps = {
  readonly runs: readonly TrackedRun[]
  readonly by: Field
  readonly metrics: readonly string[]
  readonly onOpen: (group: RunGroup) => void
}

function Groups({ runs, by, metrics, onOpen }: GroupsProps) {
  const groups = useMemo(() => groupRuns(runs, by, metrics), [runs, by, metrics])
  return (
    <Card>
      <PlainTable
        label={`Runs by ${by.key}`}
        isTight
        rows={groups.slice(0, MOST_GROUPS)}
        keyOf={(group) => `value ${group.value ?? ''}`}
        columns={[
          {
            id: 'value',
            title: by.key,
            cell: (group) => (
              <button
                type="button"
                className={classes.link}
                disabled={group.value === undefined && by.kind === 'attribute'}
                onClick={() => onOpen(group)}
                title="Only these runs"
              >
                {group.value ?? 'not set'}
              </button>
            ),
          },
          { id: 'runs', title: 'Runs', isNumber: true, cell: (group) => <Count value={group.runCount} /> },
          { id: 'failed', title: 'Failed', isNumber: true, cell: (group) => group.failedCount || '–' },
          ...metrics.flatMap((key) => [
            {
              id: `mean ${key}`,
              title: `${key}, mean`,
              isNumber: true,
              cell: (group: RunGroup) => formatNumber(group.metrics.get(key)?.mean),
            },
            {
              id: `best ${key}`,
              title: isLowerBetter(key) ? 'lowest' : 'highest',
              isNumber: true,
              cell: (group: RunGroup) => <b>{formatNumber(group.metrics.get(key)?.best)}</b>,
            },
          ]),
        ]}
      />
      {groups.length > MOST_GROUPS && (
        <Empty>
          {formatCount(groups.length)} groups; the {MOST_GROUPS} largest are shown.
        </Empty>
      )}
    </Card>
  )
}
