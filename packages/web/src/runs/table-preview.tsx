import type { Row } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { formatCell } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { previewQuery } from './queries.ts'
import classes from './runs.module.css'

type TablePreviewProps = { readonly run: string; readonly step: string; readonly output: string }

/** The first rows of a table that a step made. */
export function TablePreview({ run, step, output }: TablePreviewProps) {
  const query = useQuery(previewQuery(run, step, output))
  return (
    <div className={classes.preview}>
      <Loaded query={query} height={180}>
        {({ items }) => (
          <PlainTable
            label={`First rows of ${output}`}
            rows={items}
            keyOf={(_, i) => String(i)}
            columns={Object.keys(items[0] ?? {}).map((name) => ({
              id: name,
              title: name,
              isNumber: typeof items[0]?.[name] === 'number',
              cell: (row: Row) => formatCell(row[name]),
            }))}
          />
        )}
      </Loaded>
    </div>
  )
}
