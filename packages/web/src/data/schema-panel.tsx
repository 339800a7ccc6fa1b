import type { ColumnRule, DatasetVersion } from '@regia/core'
import { Empty } from '../kernel/empty.tsx'
import { formatNumber } from '../kernel/format.ts'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'

/** What each column may hold. */
export function SchemaPanel({ version }: { readonly version: DatasetVersion }) {
  const { schema, columns } = version
  if (!schema) {
    return (
      <Card>
        <Empty command={`regia data add FILE --name ${version.dataset} --schema SCHEMA.json`}>
          This version came without a schema: nothing was checked, and {columns.length} columns were kept as they are.
        </Empty>
      </Card>
    )
  }
  return (
    <Card>
      <PlainTable
        label="Schema"
        rows={schema.columns}
        keyOf={(rule) => rule.name}
        columns={[
          { id: 'name', title: 'Column', cell: (rule) => <b>{rule.name}</b> },
          { id: 'type', title: 'Type', cell: (rule) => rule.type },
          { id: 'nullable', title: 'Nulls', cell: (rule) => (rule.nullable ? 'allowed' : 'refused') },
          { id: 'rules', title: 'Rules', cell: (rule) => ruleText(rule) || '–' },
          { id: 'description', title: 'Description', cell: (rule) => rule.description ?? '' },
        ]}
      />
    </Card>
  )
}

function ruleText({ minimum, maximum, oneOf, pattern }: ColumnRule): string {
  const parts = [
    minimum !== undefined && `≥ ${formatNumber(minimum)}`,
    maximum !== undefined && `≤ ${formatNumber(maximum)}`,
    oneOf && `one of ${oneOf.slice(0, 6).join(', ')}${oneOf.length > 6 ? ` and ${oneOf.length - 6} more` : ''}`,
    pattern && `matches ${pattern}`,
  ]
  return parts.filter(Boolean).join(' · ')
}
