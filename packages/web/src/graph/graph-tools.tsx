import { Button, Select } from '@mantine/core'
import type { PipelineGraph } from '@regia/core'
import { type ReactNode, useMemo } from 'react'
import { Choice } from '../kernel/choice.tsx'
import { Command } from '../kernel/command.tsx'
import { runCommand } from '../kernel/command-text.ts'
import { formatCount } from '../kernel/format.ts'
import classes from './graph.module.css'
import { beginsClosed, closedGroups, groupsOf } from './groups.ts'
import { type GraphSearch, sliceOf } from './search.ts'
import { selectionOf, tagsOf } from './slice.ts'
import type { Slice } from './slice-way.ts'

type GraphToolsProps = {
  readonly graph: PipelineGraph
  readonly shownCount: number
  readonly view: GraphSearch
  readonly onView: (view: GraphSearch) => void
  /** A step that was looked for by its name. */
  readonly onFind: (step: string) => void
  readonly children?: ReactNode
}

const FEW_STEPS = 12

/** What of the graph is shown: groups open or closed, a slice around a step, a tag; and the command that runs just that. */
export function GraphTools({ graph, shownCount, view, onView, onFind, children }: GraphToolsProps) {
  const slice = sliceOf(view)
  const selection = selectionOf(graph, slice, view.tag)
  const tags = useMemo(() => tagsOf(graph), [graph])
  const groups = useMemo(() => groupsOf(graph), [graph])
  if (graph.steps.length <= FEW_STEPS && groups.length === 0 && tags.length === 0 && !selection) return null
  return (
    <div className={classes.tools}>
      <Finder graph={graph} onFind={onFind} />
      {tags.length > 0 && (
        <Select
          aria-label="Tag"
          placeholder="any tag"
          data={[...tags]}
          value={view.tag ?? null}
          onChange={(tag) => onView({ tag: tag ?? undefined })}
          clearable
          w={140}
        />
      )}
      {groups.length > 0 && <GroupButtons graph={graph} groups={groups} view={view} onView={onView} />}
      {selection && (
        <small>
          {formatCount(shownCount)} of {formatCount(graph.steps.length)} steps
        </small>
      )}
      {slice && <SliceTools slice={slice} onView={onView} />}
      {selection && (
        <div className={classes.sliceRun}>
          <Command text={runCommand(graph.name, { selection })} />
          {children}
        </div>
      )}
    </div>
  )
}

function Finder({ graph, onFind }: Pick<GraphToolsProps, 'graph' | 'onFind'>) {
  const ids = useMemo(() => graph.steps.map((step) => step.id), [graph])
  return (
    <Select
      aria-label="Find a step"
      placeholder={`Find one of ${formatCount(ids.length)} steps`}
      data={ids}
      value={null}
      onChange={(id) => id && onFind(id)}
      searchable
      limit={30}
      nothingFoundMessage="No step is called that."
      w={200}
    />
  )
}

type GroupButtonsProps = Pick<GraphToolsProps, 'graph' | 'view' | 'onView'> & { readonly groups: readonly string[] }

function GroupButtons({ graph, groups, view, onView }: GroupButtonsProps) {
  const closed = closedGroups(graph, view.turned?.split(',') ?? [])
  const begins = beginsClosed(graph)
  const all = groups.join(',')
  return (
    <>
      <Button disabled={closed.size === groups.length} onClick={() => onView({ turned: begins ? undefined : all })}>
        Close groups
      </Button>
      <Button disabled={closed.size === 0} onClick={() => onView({ turned: begins ? all : undefined })}>
        Open groups
      </Button>
    </>
  )
}

const WAYS = [
  ['needs', 'what it needs'],
  ['dependents', 'what depends on it'],
  ['both', 'both'],
] as const

function SliceTools({ slice, onView }: { readonly slice: Slice; readonly onView: GraphToolsProps['onView'] }) {
  return (
    <>
      <b className={classes.around} title={slice.step}>
        {slice.step}
      </b>
      <Choice label="Slice" value={slice.way} options={WAYS} onChange={(way) => onView({ around: slice.step, way })} />
      <Button onClick={() => onView({ around: undefined, way: undefined })}>Show all</Button>
    </>
  )
}
