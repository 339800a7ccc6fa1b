import { Button } from '@mantine/core'
import type { ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { NoteText } from '../experiments/note-editor.tsx'
import { Ago } from '../kernel/ago.tsx'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { cardQuery } from './queries.ts'

const CardEditor = lazy(() => import('./card-editor.tsx'))

/** What the model is for, what its errors cost, where it must not be used: what people wrote, over what is known. */
export function CardPanel({ version }: { readonly version: ModelVersion }) {
  const [isEditing, setEditing] = useState(false)
  const query = useQuery(cardQuery(version.model, version.version))
  const { editedBy, editedAt } = query.data ?? {}
  return (
    <Section
      title="Model card"
      note={
        editedAt && (
          <>
            written by {editedBy} <Ago at={editedAt} />
          </>
        )
      }
      actions={!isEditing && query.data && <Button onClick={() => setEditing(true)}>Edit</Button>}
    >
      <Loaded query={query} height={220}>
        {(card) => (
          <Card pad>
            {isEditing ? (
              <Suspense fallback={<Skeleton height={320} />}>
                <CardEditor card={card} onDone={() => setEditing(false)} />
              </Suspense>
            ) : (
              <NoteText text={card.markdown} />
            )}
          </Card>
        )}
      </Loaded>
    </Section>
  )
}
