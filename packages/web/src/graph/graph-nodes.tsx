import type { StepRun } from '@regia/core'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { Elapsed } from '../kernel/elapsed.tsx'
import { formatPercent } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './graph.module.css'
import type { GraphNode } from './graph-model.ts'

const nodeOf = (data: Record<string, unknown>) => data.node as GraphNode

/** A step: its state as a lamp, its name, how long it took. What came from the cache is drawn light. */
export function StepNode({ data, selected }: NodeProps) {
  const node = nodeOf(data)
  if (node.kind !== 'step') return null
  const { step, stepRun } = node
  return (
    <div className={classes.step} data-status={stepRun?.status ?? 'none'} data-selected={selected}>
      <Handle type="target" position={Position.Left} />
      <div className={classes.stepName}>
        <Lamp health={healthOfStatus(stepRun?.status)} label={stepRun?.status ?? 'not run'} />
        <b title={step.id}>{step.id}</b>
      </div>
      <div className={classes.stepNote}>
        <span>{step.kind === 'code' ? '' : `${step.kind} · `}</span>
        <StateText stepRun={stepRun} />
      </div>
      <Handle type="source" position={Position.Right} />
    </div>
  )
}

function StateText({ stepRun }: { readonly stepRun: StepRun | undefined }) {
  if (!stepRun) return <>not run</>
  if (stepRun.status === 'cached') return <>from cache</>
  if (stepRun.status === 'running') {
    return (
      <>
        {stepRun.progress === undefined ? 'running' : formatPercent(stepRun.progress)} ·{' '}
        <Elapsed from={stepRun.startedAt} until={undefined} />
      </>
    )
  }
  if (stepRun.status === 'succeeded' || stepRun.status === 'failed') {
    return (
      <>
        {stepRun.status === 'failed' && 'failed · '}
        <Elapsed from={stepRun.startedAt} until={stepRun.finishedAt} />
      </>
    )
  }
  return <>{stepRun.status}</>
}

/** A dataset or a model that comes from outside the pipeline. */
export function SourceNode({ data }: NodeProps) {
  const node = nodeOf(data)
  if (node.kind === 'step') return null
  return (
    <div className={classes.source} title={`${node.kind} ${node.label}`}>
      {node.label}
      <Handle type="source" position={Position.Right} />
    </div>
  )
}
