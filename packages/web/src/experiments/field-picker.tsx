import { Select } from '@mantine/core'
import { fieldOf } from './field.ts'

export type FieldChoices = readonly { readonly group: string; readonly items: readonly string[] }[]

type FieldPickerProps = {
  readonly label: string
  readonly value: string
  readonly choices: FieldChoices
  readonly onChange: (field: string) => void
}

/** One field out of those that the runs have. */
export function FieldPicker({ label, value, choices, onChange }: FieldPickerProps) {
  const isKnown = choices.some(({ items }) => items.includes(value))
  const all = isKnown || value === '' ? choices : [...choices, { group: 'Other', items: [value] }]
  return (
    <Select
      label={label}
      data={all.map(({ group, items }) => ({
        group,
        items: items.map((id) => ({ value: id, label: fieldOf(id).key })),
      }))}
      value={value || null}
      onChange={(next) => next && onChange(next)}
      searchable
      allowDeselect={false}
      w={190}
    />
  )
}
