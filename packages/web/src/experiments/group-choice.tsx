import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { fieldId } from './field.ts'
import { fieldsQuery } from './queries.ts'

type GroupChoiceProps = {
  readonly experiments: readonly string[] | undefined
  readonly value: string | undefined
  readonly onChange: (group: string | undefined) => void
}

const MOST = 200

/** By which param or tag runs are put together. */
export function GroupChoice({ experiments, value, onChange }: GroupChoiceProps) {
  const { data } = useQuery(fieldsQuery(experiments))
  const items = (kind: 'param' | 'tag') =>
    (data?.[`${kind}s`] ?? []).slice(0, MOST).map(({ key }) => ({ value: fieldId({ kind, key }), label: key }))
  const known = [...items('param'), ...items('tag')].some((item) => item.value === value)
  return (
    <Select
      aria-label="Group by"
      placeholder="no groups"
      data={[
        { group: 'Group by', items: ['status', 'user', 'source'].map((each) => ({ value: each, label: each })) },
        { group: 'Params', items: items('param') },
        { group: 'Tags', items: items('tag') },
        ...(value && !known && !['status', 'user', 'source'].includes(value)
          ? [{ group: 'Other', items: [{ value, label: value }] }]
          : []),
      ]}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      searchable
      clearable
      w={170}
    />
  )
}
