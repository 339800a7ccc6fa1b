import type { TrackedRun } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { CurvesSection } from './curves-section.tsx'
import { equalsAny } from './field.ts'
import { OverRuns } from './over-runs.tsx'
import { fieldsQuery, sampleQuery, someRunsQuery } from './queries.ts'
import { runsRequest, selectOf } from './run-request.ts'
import type { TabProps } from './runs-tab.tsx'
import { partsOf } from './search.ts'

/** Curves of more runs could not be told apart. */
const MOST_CURVES = 20
const FIRST_CURVES = 10
const NO_RUNS: readonly TrackedRun[] = []

/** What came out, over training and over what was tried: of the runs that are selected, else of those that the table shows first. */
export default function ChartsTab({ experiments, scope: { parent: _, ...scope }, search, onSearch }: TabProps) {
  const { data: fields } = useQuery(fieldsQuery(experiments))
  const { data: sample = NO_RUNS } = useQuery(sampleQuery(experiments))
  const selected = useMemo(() => partsOf(search.selected), [search.selected])
  const shown = useQuery(
    someRunsQuery(
      selected.length > 0
        ? {
            filter: equalsAny('id', selected.slice(0, MOST_CURVES)),
            lifecycle: 'all',
            limit: MOST_CURVES,
            select: selectOf([]),
          }
        : { ...runsRequest(scope, search.sort, []), limit: FIRST_CURVES },
    ),
  )
  return (
    <Loaded query={shown} height={[40, [280, 280], [280, 280]]}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>No run fits, so there is nothing to draw: change the filter, or log a run.</Empty>
        ) : (
          <>
            <CurvesSection
              runs={inOrderOf(items, selected)}
              experiments={experiments}
              fields={fields}
              search={search}
              onSearch={onSearch}
            />
            <OverRuns
              scope={scope}
              sample={sample}
              fields={fields}
              search={search}
              onSearch={onSearch}
              selected={selected}
            />
          </>
        )
      }
    </Loaded>
  )
}

// In the order in which they were selected, so that a colour stays with its run while others are added.
const inOrderOf = (runs: readonly TrackedRun[], ids: readonly string[]) =>
  ids.length === 0 ? runs : runs.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
