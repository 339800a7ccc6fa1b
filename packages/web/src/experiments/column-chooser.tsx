import { Button, Popover, TextInput } from '@mantine/core'
import type { TrackingFields } from '@regia/core'
import { useState } from 'react'
import { formatCount } from '../kernel/format.ts'
import classes from './experiments.module.css'
import { fieldId } from './field.ts'
import { ATTRIBUTE_IDS, columnOf } from './run-columns.tsx'
import { useFields } from './use-fields.ts'

type ColumnChooserProps = {
  readonly experiments: readonly string[] | undefined
  readonly columns: readonly string[]
  /** Nothing: those that are shown where nobody has chosen. */
  readonly onChange: (columns: readonly string[] | undefined) => void
}

const MOST_SHOWN = 60

/** Which values of the runs stand in the table: searched among all that there are. */
export function ColumnChooser(props: ColumnChooserProps) {
  return (
    <Popover position="bottom-end" shadow="md" trapFocus withinPortal width={340}>
      <Popover.Target>
        <Button>Columns · {props.columns.length}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Chooser {...props} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Chooser({ experiments, columns, onChange }: ColumnChooserProps) {
  const [text, setText] = useState('')
  const fields = useFields(experiments, text)
  const groups = groupsOf(fields, text.trim().toLowerCase())
  const toggle = (id: string) =>
    onChange(columns.includes(id) ? columns.filter((each) => each !== id) : [...columns, id])
  return (
    <div className={classes.chooser}>
      <TextInput
        type="search"
        aria-label="Find a column"
        placeholder="Find a column"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <div className={classes.chooserList}>
        {groups.map(({ title, items }) => (
          <fieldset key={title}>
            <legend>
              {title}{' '}
              {items.length > MOST_SHOWN && (
                <small>
                  the first {MOST_SHOWN} of {formatCount(items.length)}
                </small>
              )}
            </legend>
            {items.slice(0, MOST_SHOWN).map(({ id, label, note }) => (
              <label key={id}>
                <input type="checkbox" checked={columns.includes(id)} onChange={() => toggle(id)} />
                <span title={label}>{label}</span>
                <small>{note}</small>
              </label>
            ))}
          </fieldset>
        ))}
        {groups.length === 0 && <p>No column has “{text}” in its name.</p>}
      </div>
      <div className={classes.chooserFoot}>
        <Button onClick={() => onChange(undefined)}>As it was</Button>
        <Button onClick={() => onChange([])} disabled={columns.length === 0}>
          None
        </Button>
      </div>
    </div>
  )
}

function groupsOf(fields: TrackingFields | undefined, text: string) {
  const logged = (kind: 'metric' | 'param' | 'tag') =>
    (fields?.[`${kind}s`] ?? [])
      .filter(({ key }) => key.toLowerCase().includes(text))
      .map(({ key, runCount }) => ({ id: fieldId({ kind, key }), label: key, note: formatCount(runCount) }))
  const attributes = ATTRIBUTE_IDS.map((id) => ({ id, label: columnOf(id)?.title ?? id, note: '' })).filter(
    ({ label }) => label.toLowerCase().includes(text),
  )
  return [
    { title: 'Metrics', items: logged('metric') },
    { title: 'Params', items: logged('param') },
    { title: 'Attributes', items: attributes },
    { title: 'Tags', items: logged('tag') },
    {
      title: 'Curves',
      items: logged('metric').map((item) => ({ ...item, id: fieldId({ kind: 'curve', key: item.label }) })),
    },
  ].filter(({ items }) => items.length > 0)
}
