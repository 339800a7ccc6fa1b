import { Select, TextInput } from '@mantine/core'
import type { ScheduleWhen } from '@regia/core'
import { NextTimes } from './next-times.tsx'
import type { ScheduleDraft, scheduleErrors } from './schedule-form.ts'
import classes from './schedules.module.css'

type ScheduleWhenFieldsProps = {
  readonly draft: ScheduleDraft
  readonly errors: ReturnType<typeof scheduleErrors>
  readonly onChange: (next: Partial<ScheduleDraft>) => void
}

type Choices<Value extends string> = readonly { readonly value: Value; readonly label: string }[]

const ON: Choices<ScheduleWhen['on']> = [
  { value: 'time', label: 'times of the clock' },
  { value: 'dataset', label: 'a new version of a dataset' },
  { value: 'alias', label: 'an alias of a model that moved' },
  { value: 'alert', label: 'an alert of a monitor' },
  { value: 'webhook', label: 'a call of its webhook' },
]
const CATCH_UP: Choices<ScheduleDraft['catchUp']> = [
  { value: 'none', label: 'leave them out' },
  { value: 'latest', label: 'make up for the latest' },
  { value: 'all', label: 'make up for all' },
]
const OVERLAP: Choices<ScheduleDraft['overlap']> = [
  { value: 'skip', label: 'leave the next one out' },
  { value: 'queue', label: 'let the next one wait' },
  { value: 'cancel', label: 'cancel the one that goes on' },
  { value: 'allow', label: 'let both run' },
]
const SUBJECTS: Partial<Record<ScheduleWhen['on'], string>> = { dataset: 'Dataset', alias: 'Model', alert: 'Monitor' }

/** What makes it run, with the next times of a cron line as it is typed. */
export function ScheduleWhenFields({ draft, errors, onChange }: ScheduleWhenFieldsProps) {
  const subject = SUBJECTS[draft.on]
  return (
    <>
      <div className={classes.pair}>
        <Pick label="Runs on" choices={ON} value={draft.on} onPick={(on) => onChange({ on })} />
        <Pick
          label="While one runs"
          choices={OVERLAP}
          value={draft.overlap}
          onPick={(overlap) => onChange({ overlap })}
        />
      </div>
      {draft.on === 'time' && (
        <>
          <div className={classes.pair}>
            <TextInput
              label="Cron"
              description="minute hour day month weekday"
              value={draft.cron}
              error={errors.cron}
              onChange={(event) => onChange({ cron: event.currentTarget.value })}
            />
            <TextInput
              label="Time zone"
              description="such as Europe/Paris"
              value={draft.timezone}
              onChange={(event) => onChange({ timezone: event.currentTarget.value })}
            />
          </div>
          {!errors.cron && <NextTimes cron={draft.cron} timezone={draft.timezone || 'UTC'} />}
          <Pick
            label="Times that nobody was there for"
            choices={CATCH_UP}
            value={draft.catchUp}
            onPick={(catchUp) => onChange({ catchUp })}
          />
        </>
      )}
      {subject && (
        <div className={classes.pair}>
          <TextInput
            label={subject}
            value={draft.subject}
            onChange={(event) => onChange({ subject: event.currentTarget.value.trim() })}
          />
          {draft.on === 'alias' && (
            <TextInput
              label="Alias"
              value={draft.alias}
              onChange={(event) => onChange({ alias: event.currentTarget.value.trim() })}
            />
          )}
        </div>
      )}
    </>
  )
}

type PickProps<Value extends string> = {
  readonly label: string
  readonly choices: Choices<Value>
  readonly value: Value
  readonly onPick: (value: Value) => void
}

function Pick<Value extends string>({ label, choices, value, onPick }: PickProps<Value>) {
  return (
    <Select
      label={label}
      data={[...choices]}
      value={value}
      onChange={(next) => {
        const found = choices.find((each) => each.value === next)
        if (found) onPick(found.value)
      }}
      allowDeselect={false}
    />
  )
}
