import { Select } from '@mantine/core'

type VersionChoiceProps = {
  readonly label: string
  readonly numbers: readonly string[]
  readonly aliases: readonly { readonly alias: string; readonly version: number }[]
  readonly value: string | undefined
  readonly onChange: (version: string) => void
}

/** A version by its number or by an alias, which stays right when it moves. */
export function VersionChoice({ label, numbers, aliases, value, onChange }: VersionChoiceProps) {
  const options = [
    ...aliases.map(({ alias, version }) => ({ value: alias, label: `${alias} (v${version})` })),
    ...numbers.map((number) => ({ value: number, label: `v${number}` })),
  ]
  // One that the address names may be older than those that are listed.
  const isListed = value === undefined || options.some((option) => option.value === value)
  const data = isListed ? options : [{ value, label: /^\d+$/.test(value) ? `v${value}` : value }, ...options]
  return (
    <Select
      aria-label={label}
      data={data}
      value={value ?? null}
      allowDeselect={false}
      w={190}
      onChange={(next) => next && onChange(next)}
      searchable
    />
  )
}
