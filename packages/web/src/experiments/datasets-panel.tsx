import type { TrackedDataset, TrackedRunDetail } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Empty } from '../kernel/empty.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { datasetShape } from './dataset-shape.ts'

/** The data that the run says it read. */
export function DatasetsPanel({ run }: { readonly run: TrackedRunDetail }) {
  return (
    <Section title="Datasets">
      <Card>
        {run.datasets.length === 0 ? (
          <Empty>The run names no data that it read. track() notes datasets, and mlflow.log_input does.</Empty>
        ) : (
          <PlainTable
            label="Datasets"
            isTight
            rows={run.datasets}
            keyOf={(dataset, i) => `${dataset.name} ${dataset.digest} ${i}`}
            columns={[
              { id: 'name', title: 'Name', cell: (dataset) => <DatasetName dataset={dataset} /> },
              { id: 'context', title: 'For', cell: (dataset) => dataset.context ?? '–' },
              { id: 'shape', title: 'Rows × columns', isNumber: true, cell: datasetShape },
              { id: 'digest', title: 'Digest', cell: (dataset) => <code>{dataset.digest.slice(0, 12)}</code> },
            ]}
          />
        )}
      </Card>
    </Section>
  )
}

function DatasetName({ dataset }: { readonly dataset: TrackedDataset }) {
  if (dataset.sourceType === 'regia') {
    return (
      <Link to="/data/$name" params={{ name: dataset.name.split('@')[0] ?? dataset.name }}>
        {dataset.name}
      </Link>
    )
  }
  return <span title={`${dataset.sourceType}: ${dataset.source.slice(0, 500)}`}>{dataset.name}</span>
}
