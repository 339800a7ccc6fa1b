import { Button, CloseButton, Textarea, TextInput } from '@mantine/core'
import type { CardText, ModelCard } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { Problem } from '../kernel/problem.tsx'
import { cardOf, type Draft, draftOf } from './card-draft.ts'
import classes from './models.module.css'

type CardEditorProps = {
  readonly card: ModelCard
  /** What is in the fields at first. */
  readonly text: CardText
  readonly onDone: () => void
}
type Field = Exclude<keyof CardText, 'errorCosts'>

const FIELDS: readonly (readonly [Field, string, string])[] = [
  ['purpose', 'Purpose', 'What it predicts, for whom, and what they do with it.'],
  ['objective', 'Business objective', 'Which figure of the business it should move, and how that is measured.'],
  ['owner', 'Owner', 'Who answers for it, and how they are reached.'],
  ['data', 'Data', 'What it learned from, and what is known to be missing there.'],
  ['checks', 'Checks', 'What was looked at beyond the automatic checks.'],
  ['limits', 'Limits', 'Where it must not be used; what it does badly.'],
  ['licence', 'Licence', 'Under which licence the model may be used, such as CC-BY-4.0.'],
  ['dataLicence', 'Licence of the data', 'The licences of the data that it learned from.'],
]

/** Words for one version, or for every version without its own. */
export default function CardEditor({ card, text, onDone }: CardEditorProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(text))
  const [scope, setScope] = useState<'version' | 'model'>('version')
  const form = useRef<HTMLFormElement>(null)
  // The button that was pressed is gone: whoever works with the keyboard goes on here.
  useEffect(() => form.current?.querySelector('textarea')?.focus(), [])
  const queries = useQueryClient()
  const action = useMutation({
    mutationFn: async () => {
      const body = { text: cardOf(draft) }
      if (scope === 'model') await api.models.writeModelCard(card.model, body)
      else await api.models.writeCard(card.model, card.version, body)
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['models', card.model] })
      onDone()
    },
  })
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  return (
    <form
      ref={form}
      className={classes.cardForm}
      onSubmit={(event) => {
        event.preventDefault()
        action.mutate()
      }}
    >
      <Choice
        label="Which card"
        value={scope}
        options={[
          ['version', `v${card.version}`],
          ['model', 'every version without its own'],
        ]}
        onChange={setScope}
      />
      {FIELDS.map(([field, label, hint]) => (
        <Textarea
          key={field}
          label={label}
          description={hint}
          value={draft[field]}
          autosize
          minRows={field === 'owner' ? 1 : 2}
          maxRows={16}
          onChange={(event) => set({ [field]: event.currentTarget.value })}
        />
      ))}
      <ErrorCosts costs={draft.errorCosts} onChange={(errorCosts) => set({ errorCosts })} />
      {action.error && <Problem error={action.error} />}
      <div className={classes.buttons}>
        <Button onClick={onDone}>Leave it</Button>
        <Button type="submit" variant="filled" loading={action.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

type Costs = Draft['errorCosts']

/** What each kind of wrong answer costs: what a threshold is chosen by. */
function ErrorCosts({ costs, onChange }: { readonly costs: Costs; readonly onChange: (costs: Costs) => void }) {
  const change = (i: number, part: Partial<Costs[number]>) =>
    onChange(costs.map((cost, at) => (at === i ? { ...cost, ...part } : cost)))
  return (
    <fieldset className={classes.costs}>
      <legend>Cost of each kind of error</legend>
      {costs.map((cost, i) => (
        <div key={cost.id}>
          <TextInput
            aria-label={`Error ${i + 1}`}
            placeholder="An order said to be late is on time"
            value={cost.error}
            maxLength={200}
            onChange={(event) => change(i, { error: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Cost of error ${i + 1}`}
            placeholder="One needless call, about 3 €"
            value={cost.cost}
            maxLength={500}
            onChange={(event) => change(i, { cost: event.currentTarget.value })}
          />
          <CloseButton
            aria-label={`Take error ${i + 1} away`}
            onClick={() => onChange(costs.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Button
        onClick={() => onChange([...costs, { id: Math.max(0, ...costs.map(({ id }) => id)) + 1, error: '', cost: '' }])}
      >
        Add one
      </Button>
    </fieldset>
  )
}
