import type { ModelVersion } from '@regia/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { modelRef } from './addresses.ts'
import { IntervalPlot } from './interval-plot.tsx'
import classes from './models.module.css'
import { mainMetric, scoreLines } from './scores.ts'
import { versionColumns } from './version-columns.tsx'
import { comparedPair, selectedVersions, toggledVersion } from './version-selection.ts'

const route = getRouteApi('/models/$name')

/** Every version, the newest first, and how the newest that was evaluated stands against its baselines. */
export function VersionsPanel({ name }: { readonly name: string }) {
  const navigate = useNavigate()
  const pages = usePages<ModelVersion>(['models', name, 'version-pages'], (query) => api.models.versions(name, query))
  const newest = pages.rows.find((each) => each.report)
  const metric = mainMetric(newest?.report)
  const { selected: written } = route.useSearch()
  const selected = selectedVersions(written)
  const show = route.useNavigate()
  const select = (version: number) =>
    void show({ search: { selected: toggledVersion(selected, version).join(',') || undefined }, replace: true })
  const pair = comparedPair(selected)
  const columns = versionColumns(pages.rows, metric)
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  return (
    <Section
      title="Versions"
      note={newest ? 'score on held-out rows, with its interval, against the baselines' : versionCount(pages.total)}
      actions={
        pages.total > 1 && (
          <LinkButton
            to="/models/$name/compare"
            params={{ name }}
            search={pair ?? {}}
            {...(pair && { variant: 'filled' })}
          >
            {pair ? `Compare v${pair.before} with v${pair.after}` : 'Compare'}
          </LinkButton>
        )
      }
    >
      <Card>
        <DataTable
          label="Versions"
          columns={pages.total > 1 ? [selectColumn(selected, select), ...columns] : columns}
          isSelected={({ version }) => selected.includes(version)}
          onSelect={({ version }) => select(version)}
          {...pages}
          keyOf={({ version }) => String(version)}
          onOpen={({ version }) =>
            void navigate({ to: '/models/$name/$version', params: { name, version: String(version) } })
          }
          maxHeight={600}
          empty={
            <Empty command={`regia models register ${modelRef(name)} --run RUN --path model`}>
              It has no version yet. A pipeline whose checks pass registers one under this name, and so does a client of
              MLflow; a model that a run logged becomes one by this command.
            </Empty>
          }
        />
        {newest?.report && metric && (
          <IntervalPlot
            label={`${metric} of the newest version against its baselines`}
            lines={scoreLines(newest.report, metric).map((line) =>
              line.isBaseline ? line : { ...line, name: `v${newest.version}` },
            )}
          />
        )}
      </Card>
    </Section>
  )
}

const versionCount = (count: number): string => (count > 1 ? `${count}` : '')

const selectColumn = (selected: readonly number[], onSelect: (version: number) => void): Column<ModelVersion> => ({
  id: 'select',
  title: <span className={classes.unseen}>Selected</span>,
  width: 30,
  cell: ({ version }) => (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={`Select v${version}`}
      checked={selected.includes(version)}
      onChange={() => onSelect(version)}
    />
  ),
})
