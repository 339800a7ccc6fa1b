import type { PipelineVersion, Run } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { PipelineGraphView } from '../graph/pipeline-graph.tsx'
import { sliceOf } from '../graph/search.ts'
import { selectionOf } from '../graph/slice.ts'
import { Section } from '../kernel/section.tsx'
import { RunsTable } from '../runs/runs-table.tsx'
import { StepDrawer } from '../runs/step-drawer.tsx'
import { LaunchButton } from './launch-button.tsx'
import classes from './pipelines.module.css'
import type { PipelineSearch } from './search.ts'

type GraphPanelProps = {
  readonly version: PipelineVersion
  readonly run: Run | undefined
  readonly search: PipelineSearch
  readonly show: (next: PipelineSearch) => void
}

/** The graph, before any run or coloured by the last one; the runs under it. */
export function GraphPanel({ version, run, search, show }: GraphPanelProps) {
  const { graph } = version
  const selection = selectionOf(graph, sliceOf(search), search.tag)
  return (
    <div className={classes.panel}>
      <Section title="Graph" note={<GraphNote version={version} run={run} />}>
        <PipelineGraphView
          graph={graph}
          stepRuns={run?.steps}
          selected={search.step}
          onSelect={(step) => show({ step })}
          view={search}
          onView={show}
        >
          {selection && (
            <LaunchButton label="Run only this" version={version} options={{ selection }} isPrimary={false} />
          )}
        </PipelineGraphView>
      </Section>
      <Section title="Runs">
        <RunsTable query={{ pipeline: version.pipeline }} maxHeight={330} />
      </Section>
      <StepDrawer
        pipeline={version.pipeline}
        step={graph.steps.find((each) => each.id === search.step)}
        run={run}
        tab={search.tab}
        onTab={(tab) => show({ tab })}
        onSlice={(view) => show({ ...view, step: undefined, tab: undefined })}
        onClose={() => show({ step: undefined, tab: undefined })}
      />
    </div>
  )
}

function GraphNote({ version, run }: { readonly version: PipelineVersion; readonly run: Run | undefined }) {
  return (
    <>
      version {version.version} ·{' '}
      {run ? (
        <>
          coloured by{' '}
          <Link to="/runs/$id" params={{ id: run.id }}>
            run #{run.number}
          </Link>
        </>
      ) : (
        'this version has not run'
      )}
    </>
  )
}
