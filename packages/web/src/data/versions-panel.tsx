import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Count } from '../kernel/count.tsx'
import { formatBytes, shortDigest } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { datasetVersionsQuery } from './queries.ts'

/** Every version, newest first; each stays what it is. */
export function VersionsPanel({ name, current }: { readonly name: string; readonly current: number }) {
  const query = useQuery(datasetVersionsQuery(name))
  return (
    <Loaded query={query} height={160}>
      {({ items }) => (
        <Card>
          <PlainTable
            label="Versions"
            rows={[...items].sort((a, b) => b.version - a.version)}
            keyOf={(row) => String(row.version)}
            columns={[
              {
                id: 'version',
                title: 'Version',
                cell: (row) => (
                  <Link to="/data/$name" params={{ name }} search={{ version: row.version }}>
                    <b>
                      {name}@{row.version}
                    </b>
                    {row.version === current && ' (shown)'}
                  </Link>
                ),
              },
              { id: 'source', title: 'Source', cell: (row) => row.sourceName },
              { id: 'rows', title: 'Rows', isNumber: true, cell: (row) => <Count value={row.validRowCount} /> },
              {
                id: 'bad',
                title: 'Quarantined',
                isNumber: true,
                cell: (row) => <Count value={row.quarantinedRowCount} />,
              },
              { id: 'size', title: 'Size', isNumber: true, cell: (row) => formatBytes(row.sizeBytes) },
              {
                id: 'digest',
                title: 'Digest',
                cell: (row) => <code title={row.digest}>{shortDigest(row.digest)}</code>,
              },
              { id: 'at', title: 'Came', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
            ]}
          />
        </Card>
      )}
    </Loaded>
  )
}
