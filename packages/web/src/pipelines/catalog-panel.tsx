import type { CatalogItem, CatalogPreview, PipelineVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatBytes, formatCell, formatCount } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './pipelines.module.css'
import { catalogPreviewQuery, catalogQuery } from './queries.ts'
import type { PipelineSearch } from './search.ts'

type CatalogPanelProps = {
  readonly version: PipelineVersion
  readonly search: PipelineSearch
  readonly show: (next: PipelineSearch) => void
}

/** What a pipeline reads and saves by name, and what is there now. */
export default function CatalogPanel({ version, search, show }: CatalogPanelProps) {
  const query = useQuery(catalogQuery(version.pipeline, version.version))
  const environment = version.graph.environment ?? 'base'
  return (
    <Section title="Catalog" note={`of version ${version.version}, environment ${environment}`}>
      <Loaded query={query} height={200}>
        {({ entries }) => (
          <Card>
            {entries.length === 0 ? (
              <Empty command={`regia catalog list ${version.pipeline}`}>
                This pipeline names nothing outside itself. A catalog gives names to tables, files, datasets and models,
                and says where each is found in each environment.
              </Empty>
            ) : (
              <Entries entries={entries} open={search.entry} show={show} />
            )}
            {search.entry !== undefined && entries.some(({ name }) => name === search.entry) && (
              <Preview version={version} entry={search.entry} />
            )}
          </Card>
        )}
      </Loaded>
    </Section>
  )
}

type EntriesProps = {
  readonly entries: readonly CatalogItem[]
  readonly open: string | undefined
  readonly show: CatalogPanelProps['show']
}

function Entries({ entries, open, show }: EntriesProps) {
  return (
    <PlainTable
      label="Catalog entries"
      rows={entries}
      keyOf={(row) => row.name}
      columns={[
        {
          id: 'name',
          title: 'Entry',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.state)} label={row.state} />
              <button
                type="button"
                className={classes.link}
                aria-expanded={open === row.name}
                onClick={() => show({ entry: open === row.name ? undefined : row.name })}
              >
                {row.name}
              </button>
            </>
          ),
        },
        { id: 'kind', title: 'Kind', cell: (row) => row.entry.kind },
        { id: 'where', title: 'Where', cell: whereOf },
        { id: 'state', title: 'State', cell: (row) => <span title={row.problem}>{row.problem ?? row.state}</span> },
        { id: 'size', title: 'Size', isNumber: true, cell: (row) => sizeOf(row) },
        { id: 'read', title: 'Read by', cell: (row) => row.readBy.join(', ') || '–' },
        { id: 'saved', title: 'Saved by', cell: (row) => row.savedBy.join(', ') || '–' },
        { id: 'at', title: 'Changed', isNumber: true, cell: (row) => <Ago at={row.changedAt} /> },
      ]}
    />
  )
}

function whereOf({ entry, version }: CatalogItem): string {
  if (entry.kind === 'dataset') return `${entry.dataset}@${version ?? entry.version ?? 'latest'}`
  if (entry.kind === 'model') return `${entry.model}@${entry.version}${version === undefined ? '' : ` (v${version})`}`
  return entry.path
}

const sizeOf = ({ rowCount, sizeBytes }: CatalogItem) =>
  rowCount === undefined ? formatBytes(sizeBytes) : `${formatCount(rowCount)} rows`

function Preview({ version, entry }: { readonly version: PipelineVersion; readonly entry: string }) {
  const query = useQuery(catalogPreviewQuery(version.pipeline, version.version, entry))
  return (
    <section className={classes.preview} aria-label={`Preview of ${entry}`}>
      <Loaded query={query} height={120}>
        {(preview) => <PreviewContent entry={entry} preview={preview} />}
      </Loaded>
    </section>
  )
}

function PreviewContent({ entry, preview }: { readonly entry: string; readonly preview: CatalogPreview }) {
  const { rows, columns, text, value } = preview
  if (text !== undefined) return <pre>{text}</pre>
  if (!rows) return <pre>{JSON.stringify(value, null, 2)}</pre>
  const names = columns?.map(({ name }) => name) ?? Object.keys(rows[0] ?? {})
  return (
    <PlainTable
      label={`First rows of ${entry}`}
      isTight
      rows={rows}
      keyOf={(_, i) => String(i)}
      columns={names.map((name) => ({
        id: name,
        title: name,
        isNumber: typeof rows[0]?.[name] === 'number',
        cell: (row: Readonly<Record<string, unknown>>) => formatCell(row[name]),
      }))}
    />
  )
}
