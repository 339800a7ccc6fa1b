import type { ColumnProfile, DatasetVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { Card } from '../kernel/section.tsx'
import { ColumnRow } from './column-row.tsx'
import classes from './data.module.css'
import { datasetVersionQuery } from './queries.ts'

type ProfilePanelProps = {
  readonly version: DatasetVersion
  readonly open: string | undefined
  readonly onOpen: (column: string | undefined) => void
}

const FIRST_COLUMNS = 60

/** How every column is distributed, beside the version before. */
export function ProfilePanel({ version, open, onOpen }: ProfilePanelProps) {
  const before = useQuery({
    ...datasetVersionQuery(version.dataset, version.version - 1),
    enabled: version.version > 1,
  })
  const [most, setMost] = useState(FIRST_COLUMNS)
  const { columns } = version.profile
  if (columns.length === 0) return <Empty>This version has no columns to profile.</Empty>
  const previous = before.data?.version === version.version - 1 ? before.data.profile.columns : []
  return (
    <Card>
      <ul className={classes.profile}>
        {columns.slice(0, most).map((column) => (
          <ColumnRow
            key={column.name}
            column={column}
            before={findColumn(previous, column)}
            isOpen={open === column.name}
            onToggle={() => onOpen(open === column.name ? undefined : column.name)}
          />
        ))}
      </ul>
      {columns.length > most && (
        <button type="button" className={classes.more} onClick={() => setMost(most + 200)}>
          {columns.length - most} more columns
        </button>
      )}
    </Card>
  )
}

const findColumn = (columns: readonly ColumnProfile[], column: ColumnProfile) =>
  columns.find((each) => each.name === column.name && each.type === column.type)
