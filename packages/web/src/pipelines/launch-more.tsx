import { Select, Switch, TextInput } from '@mantine/core'
import { FAILURE_POLICIES, type PipelineGraph } from '@regia/core'
import { useId } from 'react'
import { tagsOf } from '../graph/slice.ts'
import type { Draft, DraftErrors } from './launch-options.ts'
import classes from './pipelines.module.css'

type LaunchMoreProps = {
  readonly draft: Draft
  readonly graph: PipelineGraph
  readonly errors: DraftErrors['steps']
  readonly onChange: (next: Partial<Draft>) => void
}

const FIELDS = [
  ['from', 'From', 'these steps and what depends on them'],
  ['to', 'To', 'these steps and what they need'],
  ['only', 'Only', 'exactly these steps'],
  ['tags', 'Tags', 'steps with one of these tags'],
] as const

const POLICY_WORDS = {
  stop: 'stop: nothing new starts after a failure',
  continue: 'continue with what does not depend on it',
  cancel: 'cancel what runs, too',
} as const

/** Which steps, from the cache or not, and what a failure does. */
export function LaunchMore({ draft, graph, errors, onChange }: LaunchMoreProps) {
  const steps = useId()
  const tags = useId()
  const isUsed = Boolean(draft.from || draft.to || draft.only || draft.tags || draft.refresh || draft.onFailure)
  return (
    <>
      <Switch
        label="Take from the cache what has not changed"
        checked={draft.useCache}
        onChange={(event) => onChange({ useCache: event.currentTarget.checked })}
      />
      <details className={classes.more} open={isUsed}>
        <summary>Only some steps, refresh, failures</summary>
        <div>
          {FIELDS.map(([field, label, description]) => (
            <TextInput
              key={field}
              label={label}
              description={description}
              placeholder="names with commas between"
              list={field === 'tags' ? tags : steps}
              value={draft[field]}
              error={errors[field]}
              onChange={(event) => onChange({ [field]: event.currentTarget.value })}
            />
          ))}
          <TextInput
            label="Refresh"
            description="steps that run although the cache has what they made"
            placeholder="names with commas between"
            list={steps}
            value={draft.refresh}
            error={errors.refresh}
            onChange={(event) => onChange({ refresh: event.currentTarget.value })}
          />
          <Select
            label="After a failure"
            placeholder={`as the pipeline says: ${graph.onFailure}`}
            data={FAILURE_POLICIES.map((value) => ({ value, label: POLICY_WORDS[value] }))}
            value={draft.onFailure || null}
            onChange={(value) => onChange({ onFailure: value ?? '' })}
            clearable
          />
        </div>
        <datalist id={steps}>
          {graph.steps.slice(0, 500).map((step) => (
            <option key={step.id} value={step.id} />
          ))}
        </datalist>
        <datalist id={tags}>
          {tagsOf(graph).map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </details>
    </>
  )
}
