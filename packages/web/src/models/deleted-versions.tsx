import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Card, Section } from '../kernel/section.tsx'
import { useAct } from '../kernel/use-act.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { plainText } from './plain-text.ts'
import { deletedVersionsQuery } from './queries.ts'

/** Versions that were deleted and can be brought back; nothing where there is none. */
export function DeletedVersions({ name }: { readonly name: string }) {
  const { data } = useQuery(deletedVersionsQuery(name))
  const { act, isActing } = useAct('models')
  const versions = data?.items ?? []
  if (versions.length === 0) return null
  return (
    <Section title="Deleted versions" note="until they are purged">
      <Card>
        <PlainTable
          label="Deleted versions"
          rows={versions}
          keyOf={({ version }) => String(version)}
          columns={[
            { id: 'version', title: 'Version', cell: ({ version }) => `v${version}` },
            {
              id: 'what',
              title: 'Description',
              cell: ({ description, source }) => plainText(description) || source || '–',
            },
            { id: 'at', title: 'Deleted', cell: ({ deletedAt }) => deletedAt && <Ago at={deletedAt} /> },
            {
              id: 'restore',
              title: '',
              isNumber: true,
              cell: ({ version }) => (
                <Button
                  size="compact-xs"
                  aria-label={`Restore v${version}`}
                  disabled={isActing}
                  onClick={() => act(() => api.models.restoreVersion(name, version), `v${version} is back.`)}
                >
                  Restore
                </Button>
              ),
            },
          ]}
        />
      </Card>
    </Section>
  )
}
