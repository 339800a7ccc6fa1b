import type { ModelVersion } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { formatBytes, formatInterval, formatScore } from '../kernel/format.ts'
import type { Column } from '../table/data-table.tsx'
import { AliasTags } from './alias-tags.tsx'
import { CheckLamps } from './check-lamps.tsx'
import { plainText } from './plain-text.ts'
import { scoreOf } from './scores.ts'
import { trainedOn } from './trained-on.ts'

type Choosable = Column<ModelVersion> & {
  /** Whether a version has something to say here; a column in which none has is left out. */
  readonly isFilled?: (version: ModelVersion) => boolean
}

/** Columns of the versions of a model: only those in which something stands. */
export const versionColumns = (
  versions: readonly ModelVersion[],
  metric: string | undefined,
): readonly Column<ModelVersion>[] =>
  allColumns(metric).filter(({ isFilled }) => isFilled === undefined || versions.some(isFilled))

const allColumns = (metric: string | undefined): readonly Choosable[] => [
  {
    id: 'version',
    title: 'Version',
    cell: (row) => (
      <Link to="/models/$name/$version" params={{ name: row.model, version: String(row.version) }}>
        <b>v{row.version}</b>
      </Link>
    ),
  },
  { id: 'aliases', title: 'Alias', cell: (row) => <AliasTags aliases={row.aliases} /> },
  {
    id: 'score',
    title: metric?.toUpperCase() ?? 'Score',
    isNumber: true,
    isFilled: (row) => scoreOf(row, metric) !== undefined,
    cell: (row) => <Score version={row} metric={metric} />,
  },
  {
    id: 'checks',
    title: 'Checks',
    isFilled: (row) => row.report !== undefined,
    cell: (row) => <CheckLamps report={row.report} />,
  },
  {
    id: 'trained',
    title: 'Trained on',
    isFilled: (row) => row.package?.trainedOn !== undefined,
    cell: (row) => (row.package?.trainedOn ? trainedOn(row) : '–'),
  },
  {
    id: 'learner',
    title: 'Learner',
    isFilled: (row) => row.package !== undefined,
    cell: (row) => row.package?.learner.name ?? '–',
  },
  {
    id: 'description',
    title: 'Description',
    isFilled: (row) => row.description !== '',
    cell: (row) => <span title={row.description}>{plainText(row.description)}</span>,
  },
  {
    id: 'stage',
    title: 'Stage',
    isFilled: (row) => row.stage !== 'None',
    cell: (row) => (row.stage === 'None' ? '–' : row.stage),
  },
  {
    id: 'source',
    title: 'Source',
    isFilled: (row) => row.source !== undefined,
    cell: (row) => row.source && <code title={row.source}>{row.source}</code>,
  },
  {
    id: 'size',
    title: 'Size',
    isNumber: true,
    cell: (row) => (row.package ? formatBytes(row.package.graphSizeBytes) : <Packaging version={row} />),
  },
  { id: 'at', title: 'Registered', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
]

function Packaging({ version: { packaging } }: { readonly version: ModelVersion }) {
  return <small title={packaging.reason}>{packaging.status === 'pending' ? 'being packaged' : 'not servable'}</small>
}

function Score({ version, metric }: { readonly version: ModelVersion; readonly metric: string | undefined }) {
  const estimate = scoreOf(version, metric)
  if (!estimate) return <>–</>
  return (
    <>
      <b>{formatScore(estimate.value)}</b> <small>{formatInterval(estimate.interval)}</small>
    </>
  )
}
