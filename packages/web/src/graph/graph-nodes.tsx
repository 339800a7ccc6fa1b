import type { StepRun } from '@regia/core'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { createContext, useContext } from 'react'
import { plural } from '../kernel/format.ts'
import { type Health, healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './graph.module.css'
import type { GraphNode, GroupNodeModel } from './graph-model.ts'
import { groupName, nameInGroup } from './groups.ts'
import { KindMark } from './kind-mark.tsx'
import { StateText } from './state-text.tsx'

/** Opens a closed group, closes an open one. */
export const TurnContext = createContext<(path: string) => void>(() => {})

const nodeOf = (data: Record<string, unknown>) => data.node as GraphNode

/** A step: its state as a lamp, its name, its kind as a drawing, how long it took. What came from the cache is drawn light. */
export function StepNode({ data, selected }: NodeProps) {
  const node = nodeOf(data)
  if (node.kind !== 'step') return null
  const { step, stepRun } = node
  return (
    <div
      className={classes.step}
      data-status={stepRun?.status ?? 'none'}
      data-kind={step.kind}
      data-map={step.map !== undefined}
      data-selected={selected}
    >
      <Handle type="target" position={Position.Left} />
      <div className={classes.stepName}>
        <Lamp health={healthOfStatus(stepRun?.status)} label={stepRun?.status ?? 'not run'} />
        <b title={step.id}>{nameInGroup(step.id, step.group)}</b>
        <KindMark kind={step.kind} />
      </div>
      <div className={classes.stepNote}>
        {step.map && !stepRun?.map && <span>for each · </span>}
        <StateText stepRun={stepRun} />
      </div>
      {stepRun?.map && <MapBar map={stepRun.map} />}
      <Handle type="source" position={Position.Right} />
    </div>
  )
}

function MapBar({ map }: { readonly map: NonNullable<StepRun['map']> }) {
  const share = (count: number) => `${(count / Math.max(1, map.total)) * 100}%`
  return (
    <div className={classes.mapBar} aria-hidden="true">
      <i data-state="done" style={{ width: share(map.succeeded + map.cached) }} />
      <i data-state="failed" style={{ width: share(map.failed) }} />
      <i data-state="running" style={{ width: share(map.running) }} />
    </div>
  )
}

/** A sub-pipeline as one node: how its steps are, together. A click opens it. */
export function GroupNode({ data }: NodeProps) {
  const node = nodeOf(data)
  if (node.kind !== 'group') return null
  const health = healthOfGroup(node)
  return (
    <div className={classes.group} data-health={health}>
      <Handle type="target" position={Position.Left} />
      <div className={classes.stepName}>
        <Lamp health={health} label={groupText(node)} />
        <b title={node.path}>{groupName(node.path)}</b>
        <span className={classes.turn} aria-hidden="true">
          ⊞
        </span>
      </div>
      <div className={classes.stepNote}>{groupText(node)}</div>
      <Handle type="source" position={Position.Right} />
    </div>
  )
}

const WORST: readonly Health[] = ['broken', 'attention', 'running', 'waiting', 'well']

export function healthOfGroup({ members }: GroupNodeModel): Health {
  const found = new Set(members.map(({ stepRun }) => healthOfStatus(stepRun?.status)))
  return WORST.find((health) => found.has(health)) ?? 'unknown'
}

export function groupText({ members }: GroupNodeModel): string {
  const count = (...statuses: readonly string[]) =>
    members.filter(({ stepRun }) => stepRun && statuses.includes(stepRun.status)).length
  const failed = count('failed')
  const done = count('succeeded', 'cached')
  const states = [failed > 0 && `${failed} failed`, done > 0 && `${done} done`].filter(Boolean)
  return [plural(members.length, 'step'), ...states].join(' · ')
}

/** The box around the steps of an open group; its head closes it. */
export function BoxNode({ data }: NodeProps) {
  const turn = useContext(TurnContext)
  const path = String(data.path)
  return (
    <div className={classes.box}>
      <button type="button" onClick={() => turn(path)} aria-label={`Close the group ${path}`} title={path}>
        ⊟ {groupName(path)}
      </button>
    </div>
  )
}

/** A dataset, a model or a catalog entry that comes from outside the pipeline. */
export function SourceNode({ data }: NodeProps) {
  const node = nodeOf(data)
  if (node.kind === 'step' || node.kind === 'group') return null
  return (
    <div className={classes.source} data-kind={node.kind} title={`${node.kind} ${node.label}`}>
      <span>{node.label}</span>
      <Handle type="source" position={Position.Right} />
    </div>
  )
}
