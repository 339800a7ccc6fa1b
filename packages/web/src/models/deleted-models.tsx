import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Card, Section } from '../kernel/section.tsx'
import { useAct } from '../kernel/use-act.ts'
import { PlainTable } from '../table/plain-table.tsx'

/** Models that were deleted and can be brought back; nothing where there is none. */
export function DeletedModels() {
  const { data } = useQuery({
    queryKey: ['models', 'deleted'],
    queryFn: () => api.models.list({ deleted: true, limit: 100 }),
  })
  const { act, isActing } = useAct('models')
  const models = data?.items ?? []
  if (models.length === 0) return null
  return (
    <Section title="Deleted" note="until they are purged">
      <Card>
        <PlainTable
          label="Deleted models"
          rows={models}
          keyOf={({ name, deletedAt }) => `${name} ${deletedAt}`}
          columns={[
            { id: 'name', title: 'Model', cell: ({ name }) => name },
            { id: 'at', title: 'Deleted', cell: ({ deletedAt }) => deletedAt && <Ago at={deletedAt} /> },
            {
              id: 'restore',
              title: '',
              isNumber: true,
              cell: ({ name }) => (
                <Button
                  size="compact-xs"
                  aria-label={`Restore ${name}`}
                  disabled={isActing}
                  onClick={() => act(() => api.models.restore(name), `${name} is back.`)}
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
