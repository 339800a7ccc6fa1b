import type { DatasetVersion, Row } from '@regia/core'
import { useMemo } from 'react'
import { Bars } from '../charts/bars.tsx'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatCell, plural } from '../kernel/format.ts'
import { Problem } from '../kernel/problem.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import classes from './data.module.css'

type DataRow = Row & { readonly _reason?: string }
const MOST_COLUMNS = 60

/** The rows of a version, or those that were put aside, each with the rule that it broke. */
export function RowsPanel({
  version,
  isQuarantine,
}: {
  readonly version: DatasetVersion
  readonly isQuarantine: boolean
}) {
  const { dataset, version: number } = version
  const pages = usePages(['datasets', dataset, 'rows', number, isQuarantine], (query) =>
    api.datasets.rows(dataset, number, { ...query, ...(isQuarantine && { quarantined: true }) }),
  )
  const indexed = useMemo(() => pages.rows.map((row, index) => ({ row, index })), [pages.rows])
  const columns = useMemo(() => columnsOf(version, isQuarantine), [version, isQuarantine])
  if (isQuarantine && version.quarantinedRowCount === 0) {
    return (
      <Card>
        <Empty>No row broke the schema. One that does is put aside here with its reason; the others are kept.</Empty>
      </Card>
    )
  }
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  return (
    <div className={classes.rows}>
      {isQuarantine && <Reasons version={version} />}
      <Section title={isQuarantine ? 'Rows' : 'First rows'} note={plural(pages.total, 'row')}>
        <Card>
          <DataTable
            label={isQuarantine ? 'Quarantined rows' : 'Rows'}
            columns={columns}
            rows={indexed}
            total={pages.total}
            onMore={pages.onMore}
            isLoading={pages.isLoading}
            keyOf={({ index }) => String(index)}
            rowHeight={31}
            empty={<Empty>This version has no rows.</Empty>}
          />
        </Card>
      </Section>
    </div>
  )
}

function Reasons({ version }: { readonly version: DatasetVersion }) {
  const rows = version.quarantineReasons.map(({ reason, rowCount }) => ({ name: reason, value: rowCount }))
  return (
    <Section title="Rules that were broken">
      <Card pad>
        <Bars label="Rows by reason" rows={rows} />
      </Card>
    </Section>
  )
}

type Indexed = { readonly row: DataRow; readonly index: number }

function columnsOf(version: DatasetVersion, isQuarantine: boolean): readonly Column<Indexed>[] {
  const cells = version.columns.slice(0, MOST_COLUMNS).map(({ name, type }) => ({
    id: name,
    title: <span title={type}>{name}</span>,
    isNumber: type === 'float' || type === 'int',
    cell: ({ row }: Indexed) => formatCell(row[name]),
  }))
  const reason = {
    id: '_reason',
    title: 'Reason',
    cell: ({ row }: Indexed) => <b title={row._reason ?? ''}>{row._reason}</b>,
  }
  return isQuarantine ? [reason, ...cells] : cells
}
