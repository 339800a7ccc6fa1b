import type { Run } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { DatasetLinks } from '../data/dataset-links.tsx'
import { Ago } from '../kernel/ago.tsx'
import { selectionFlags } from '../kernel/command-text.ts'
import { Elapsed } from '../kernel/elapsed.tsx'
import { LineageLine } from '../kernel/lineage-line.tsx'
import { TriggerText } from './trigger-text.tsx'

/** Where a run comes from: data, version, run; its state; what started it, and what of it was asked for. */
export function RunOrigin({ run }: { readonly run: Run }) {
  return (
    <>
      <LineageLine
        items={[
          ...(run.datasets.length > 0 ? [['data', <DatasetLinks key="data" datasets={run.datasets} />] as const] : []),
          [
            'pipeline',
            <Link
              key="p"
              to="/pipelines/$name"
              params={{ name: run.pipeline }}
              search={{ version: run.pipelineVersion }}
            >
              {run.pipeline} v{run.pipelineVersion}
              {run.channel && ` (${run.channel})`}
            </Link>,
          ],
          ['run', <b key="r">{`${run.pipeline} #${run.number}`}</b>],
        ]}
      />
      {run.status} · <Elapsed from={run.startedAt} until={run.finishedAt} /> · started <Ago at={run.createdAt} />{' '}
      <TriggerText trigger={run.trigger} />
      {run.environment && ` · environment ${run.environment}`}
      {run.selection && (
        <>
          {' · only '}
          <code>{selectionFlags(run.selection).trim()}</code>
        </>
      )}
      {run.recoveredFrom && (
        <>
          {' · recovers '}
          <Link to="/runs/$id" params={{ id: run.recoveredFrom }}>
            an earlier run
          </Link>
        </>
      )}
    </>
  )
}
