import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core'
import { RELEASE_METRIC_INFO, RELEASE_METRICS } from '@regia/core'
import type { ReleaseDraft } from './release-draft.ts'
import classes from './releases.module.css'

type FieldsProps = {
  readonly draft: ReleaseDraft
  /** References to the versions that can be released. */
  readonly refs: readonly string[]
  readonly onChange: (change: Partial<ReleaseDraft>) => void
}

/** The fields of the kind of release that is chosen. */
export function DraftFields(props: FieldsProps) {
  const { draft, refs, onChange } = props
  const isOne = draft.kind === 'canary' || draft.kind === 'shadow'
  return (
    <>
      {isOne ? (
        <Select
          label="Version"
          description="An alias is followed when it moves."
          data={[...refs]}
          value={draft.model || null}
          searchable
          onChange={(model) => onChange({ model: model ?? '' })}
        />
      ) : (
        <MultiSelect
          size="xs"
          label="Versions beside the champion"
          data={[...refs]}
          value={[...draft.arms]}
          searchable
          onChange={(arms) => onChange({ arms })}
        />
      )}
      <div className={classes.pair}>
        <ByKind {...props} />
        {draft.kind !== 'shadow' && (
          <Text
            {...props}
            name="sticky"
            label="Sticky column"
            description="One value keeps one version; empty: drawn anew"
          />
        )}
      </div>
      {draft.kind !== 'shadow' && (
        <div className={classes.pair}>
          <Text
            {...props}
            name="errorRate"
            label="Taken back above failures of"
            description="0.01 for 1 %; empty: only beside the champion"
          />
          <Text {...props} name="p99Ms" label="Taken back above p99 of" description="milliseconds" />
        </div>
      )}
      <Checkbox
        label={draft.kind === 'canary' ? 'Take steps and promote by itself' : 'Promote the winner by itself'}
        checked={draft.automatic}
        onChange={(event) => onChange({ automatic: event.currentTarget.checked })}
      />
    </>
  )
}

function ByKind(props: FieldsProps) {
  const { draft, onChange } = props
  switch (draft.kind) {
    case 'canary':
      return (
        <>
          <Text {...props} name="steps" label="Steps" description="percent of the traffic, rising" />
          <Text {...props} name="every" label="Each held for" description="30m, 2h, 1d" />
          <Text {...props} name="minimumRequests" label="Requests in each step" description="at least" />
        </>
      )
    case 'experiment':
      return (
        <>
          <Text {...props} name="armPercent" label="Percent for each arm" description="the rest is the control’s" />
          <Select
            label="Metric"
            data={RELEASE_METRICS.map((value) => ({ value, label: RELEASE_METRIC_INFO[value].label }))}
            value={draft.metric}
            allowDeselect={false}
            onChange={(metric) => onChange({ metric: RELEASE_METRICS.find((each) => each === metric) ?? 'accuracy' })}
          />
          <Text
            {...props}
            name="minimumEffect"
            label="Smallest difference worth finding"
            description="in units of the metric"
          />
          <Text {...props} name="power" label="Power" description="the chance of finding it" />
          <Select
            label="Method"
            data={[
              { value: 'sequential', label: 'always valid: look at any time' },
              { value: 'fixed', label: 'fixed size: one look at its end' },
            ]}
            value={draft.method}
            allowDeselect={false}
            onChange={(method) => onChange({ method: method === 'fixed' ? 'fixed' : 'sequential' })}
          />
        </>
      )
    case 'bandit':
      return (
        <>
          <Select
            label="Algorithm"
            data={['thompson', 'ucb1', 'epsilon-greedy']}
            value={draft.algorithm}
            allowDeselect={false}
            onChange={(algorithm) =>
              onChange({ algorithm: ALGORITHMS.find((each) => each === algorithm) ?? 'thompson' })
            }
          />
          <Text {...props} name="rewardWindow" label="Rewards come within" description="1h, 1d, 1w" />
        </>
      )
    case 'shadow':
      return (
        <>
          <Text {...props} name="minimumPairs" label="Labelled pairs at least" description="before the first look" />
          <Text {...props} name="maximumPairs" label="Labelled pairs at most" description="then it is refused" />
        </>
      )
  }
}

const ALGORITHMS = ['thompson', 'ucb1', 'epsilon-greedy'] as const

/** The fields of a draft that are typed as text. */
type TextName = { [Name in keyof ReleaseDraft]: string extends ReleaseDraft[Name] ? Name : never }[keyof ReleaseDraft]

type TextProps = FieldsProps & { readonly name: TextName; readonly label: string; readonly description?: string }

function Text({ draft, onChange, name, label, description }: TextProps) {
  return (
    <TextInput
      label={label}
      description={description}
      value={draft[name]}
      spellCheck={false}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  )
}
