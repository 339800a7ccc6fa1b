import { Select, Textarea, TextInput } from '@mantine/core'
import type { FieldKind } from './json-schema.ts'

type ValueFieldProps = {
  readonly label: string
  readonly kind: FieldKind
  readonly value: string
  readonly onChange: (value: string) => void
  readonly choices?: readonly string[]
  readonly description?: string | undefined
  readonly error?: string | undefined
}

const PLACEHOLDERS: Partial<Record<FieldKind, string>> = { integer: 'whole number', number: 'number', json: 'JSON' }

/** One value of a form, in the way that its kind is best entered. */
export function ValueField({ label, kind, value, onChange, choices = [], description, error }: ValueFieldProps) {
  const shared = { label, description, error, value }
  if (kind === 'boolean' || kind === 'choice') {
    return (
      <Select
        {...shared}
        value={value || null}
        data={kind === 'boolean' ? ['true', 'false'] : [...choices]}
        onChange={(next) => onChange(next ?? '')}
        clearable
      />
    )
  }
  if (kind === 'json') {
    return (
      <Textarea
        {...shared}
        placeholder="JSON"
        autosize
        minRows={1}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  return (
    <TextInput
      {...shared}
      type={kind === 'date' ? 'date' : 'text'}
      inputMode={kind === 'integer' || kind === 'number' ? 'decimal' : 'text'}
      placeholder={PLACEHOLDERS[kind] ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
