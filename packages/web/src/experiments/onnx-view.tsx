import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { Facts } from '../kernel/facts.tsx'
import { formatCount } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './experiments.module.css'
import type { FileRef } from './file-source.ts'
import { constantCount, operatorCounts, opsetText } from './onnx-model.ts'
import { type OnnxOutline, readOnnxOutline } from './onnx-outline.ts'
import { fileBytesQuery } from './queries.ts'

const OnnxGraphView = lazy(() => import('./onnx-graph.tsx'))
/** A larger graph says nothing that the list of its operators does not say better. */
const MOST_DRAWN = 3_000

/** A model file: what goes in, what comes out, and what is done in between. It is read here, and not run. */
export default function OnnxView({ source, path }: FileRef) {
  const query = useQuery(fileBytesQuery(source, path))
  return (
    <Loaded query={query} height={420}>
      {(bytes) => <Decoded bytes={bytes} />}
    </Loaded>
  )
}

function Decoded({ bytes }: { readonly bytes: Uint8Array }) {
  const model = useMemo(() => decode(bytes), [bytes])
  if (typeof model === 'string') return <p className={classes.hint}>{model} Download it to look at it elsewhere.</p>
  return (
    <div className={classes.stack}>
      <Facts
        items={[
          ['made by', model.producer || 'not named'],
          ['operator sets', opsetText(model)],
          ['operators', `${formatCount(model.operators.length)}: ${operatorText(operatorCounts(model))}`],
          ['constants', `${formatCount(constantCount(model))} numbers`],
        ]}
      />
      <PlainTable
        label="Inputs and outputs"
        isTight
        rows={[
          ...model.inputs.map((port) => ({ ...port, side: 'input' })),
          ...model.outputs.map((port) => ({ ...port, side: 'output' })),
        ]}
        keyOf={(port) => `${port.side} ${port.name}`}
        columns={[
          { id: 'side', title: '', cell: (port) => port.side },
          { id: 'name', title: 'Name', cell: (port) => port.name },
          { id: 'type', title: 'Type', cell: (port) => <code>{port.type}</code> },
        ]}
      />
      {model.operators.length <= MOST_DRAWN && (
        <Suspense fallback={<Skeleton height={420} />}>
          <OnnxGraphView model={model} />
        </Suspense>
      )}
    </div>
  )
}

const operatorText = (operators: readonly { readonly name: string; readonly count: number }[]) =>
  operators
    .slice(0, 12)
    .map(({ name, count }) => (count === 1 ? name : `${name} × ${formatCount(count)}`))
    .join(', ')

function decode(bytes: Uint8Array): OnnxOutline | string {
  try {
    return readOnnxOutline(bytes)
  } catch (error) {
    return error instanceof Error ? error.message : 'It is no ONNX model.'
  }
}
