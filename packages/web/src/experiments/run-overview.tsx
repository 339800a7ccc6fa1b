import type { LatestMetric, TrackedRunDetail } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { DatasetsPanel } from './datasets-panel.tsx'
import { isSystemMetric } from './default-columns.ts'
import { LoggedModels } from './logged-models.tsx'
import { formatLogged } from './logged-text.ts'
import { NotePanel } from './note-panel.tsx'
import { OriginPanel } from './origin-panel.tsx'
import { TagsPanel } from './tags-panel.tsx'
import { ValueList } from './value-list.tsx'

/** What was set, what came out, and what people say about it. */
export function RunOverview({ run }: { readonly run: TrackedRunDetail }) {
  const metrics = run.metrics.filter(({ key }) => !isSystemMetric(key))
  const params = Object.entries(run.params)
  return (
    <>
      <NotePanel run={run} />
      <Columns min={340}>
        <Section title="Metrics" note={metrics.length > 0 ? `${metrics.length}, the latest values` : ''}>
          <Card>
            <ValueList
              label="Metrics"
              entries={metrics.map((metric) => [
                metric.key,
                <MetricCell key={metric.key} metric={metric} />,
                String(metric.value),
              ])}
              empty="No metric was logged."
            />
          </Card>
        </Section>
        <Section title="Params" note={params.length > 0 ? String(params.length) : ''}>
          <Card>
            <ValueList
              label="Params"
              entries={params.map(([key, value]) => [key, value, value])}
              empty="No param was logged."
            />
          </Card>
        </Section>
      </Columns>
      <Columns min={340}>
        <DatasetsPanel run={run} />
        <LoggedModels run={run} />
      </Columns>
      <Columns min={340}>
        <TagsPanel run={run} />
        <OriginPanel run={run} />
      </Columns>
    </>
  )
}

function MetricCell({ metric }: { readonly metric: LatestMetric }) {
  return (
    <>
      <b title={String(metric.value)}>{formatLogged(metric.value)}</b>{' '}
      <small>
        {metric.step !== 0 && `step ${metric.step.toLocaleString('en-US')} · `}
        <Ago at={metric.at} />
      </small>
    </>
  )
}
