import { Button, Select } from '@mantine/core'
import type { PipelineVersion, RunOptions } from '@regia/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { runCommand } from '../kernel/command-text.ts'
import { choicesOf, fieldKind } from '../kernel/json-schema.ts'
import { Problem } from '../kernel/problem.tsx'
import { ValueField } from '../kernel/value-field.tsx'
import { LaunchMore } from './launch-more.tsx'
import { type Draft, draftOf, errorsOf, hasErrors, optionsOf } from './launch-options.ts'
import { LaunchPlan } from './launch-plan.tsx'
import classes from './pipelines.module.css'
import { channelsQuery, newestVersionsQuery, pipelineVersionQuery } from './queries.ts'

export type LaunchTarget = Pick<PipelineVersion, 'pipeline' | 'version' | 'graph'>

type LaunchFormProps = {
  readonly version: LaunchTarget
  /** What to begin with, such as what an earlier run was started with. */
  readonly options: RunOptions | undefined
  readonly onStarted: () => void
}

/** What a run is started with: version, params as fields made from their JSON schema, selection, cache; beside it what would run. */
export function LaunchForm({ version, options, onStarted }: LaunchFormProps) {
  const { pipeline } = version
  const begin = options?.channel ? `channel ${options.channel}` : `v${version.version}`
  const [draft, setDraft] = useState<Draft>(() => draftOf(version.graph.params, begin, options))
  const targets = useTargets(version)
  const target = targets.find(({ value }) => value === draft.target)
  const number = target?.number ?? version.version
  const known = target?.version
  const other = useQuery({ ...pipelineVersionQuery(pipeline, number), enabled: target !== undefined && !known })
  const { graph } = known ?? other.data ?? version
  const navigate = useNavigate()
  const errors = errorsOf(draft, graph)
  const isValid = !hasErrors(errors)
  const asked = isValid ? optionsOf(draft, graph.params) : undefined
  const launch = useMutation({
    mutationFn: (body: RunOptions) => api.pipelines.run(pipeline, body),
    onSuccess: (run) => {
      onStarted()
      void navigate({ to: '/runs/$id', params: { id: run.id } })
    },
  })
  const change = (next: Partial<Draft>) => setDraft({ ...draft, ...next })
  return (
    <form
      className={classes.launch}
      onSubmit={(event) => {
        event.preventDefault()
        if (asked) launch.mutate(asked)
      }}
    >
      <div className={classes.launchFields}>
        <Select
          label="Version"
          data={targets.map(({ value, label }) => ({ value, label }))}
          value={draft.target}
          onChange={(target) => target && change({ target })}
          allowDeselect={false}
        />
        {Object.keys(graph.params).length === 0 && <p>This pipeline has no params.</p>}
        {Object.entries(graph.params).map(([name, spec]) => (
          <ValueField
            key={name}
            label={name}
            kind={fieldKind(spec.schema)}
            choices={choicesOf(spec.schema)}
            description={descriptionOf(spec)}
            value={draft.params[name] ?? ''}
            error={errors.params[name]}
            onChange={(text) => change({ params: { ...draft.params, [name]: text } })}
          />
        ))}
        <LaunchMore draft={draft} graph={graph} errors={errors.steps} onChange={change} />
        {launch.error && <Problem error={launch.error} />}
        <div className={classes.launchButtons}>
          <Button type="submit" variant="filled" loading={launch.isPending} disabled={!isValid}>
            Run
          </Button>
        </div>
        {asked && <Command text={runCommand(pipeline, asked)} />}
      </div>
      <LaunchPlan pipeline={pipeline} options={asked} />
    </form>
  )
}

/** The latest version, each version, each channel: what can be run. */
function useTargets(shown: LaunchTarget) {
  const versions = useQuery(newestVersionsQuery(shown.pipeline)).data?.items ?? []
  const channels = useQuery(channelsQuery(shown.pipeline)).data?.channels ?? []
  const known: readonly LaunchTarget[] = versions.some(({ version }) => version === shown.version)
    ? versions
    : [shown, ...versions]
  return [
    ...known.map((version, i) => ({
      value: `v${version.version}`,
      label: `version ${version.version}${i === 0 && version === versions[0] ? ', the latest' : ''}`,
      number: version.version,
      version,
    })),
    ...channels.map(({ channel, version }) => ({
      value: `channel ${channel}`,
      label: `channel ${channel} (now version ${version})`,
      number: version,
      version: known.find((each) => each.version === version),
    })),
  ]
}

function descriptionOf({ schema, default: standard }: PipelineVersion['graph']['params'][string]): string | undefined {
  const parts = [
    typeof schema.description === 'string' && schema.description,
    standard !== undefined && `${JSON.stringify(standard)} where nothing is said`,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' · ') : undefined
}
