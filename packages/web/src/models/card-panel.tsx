import { Button } from '@mantine/core'
import type { CardText, ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { NoteText } from '../experiments/note-editor.tsx'
import { Ago } from '../kernel/ago.tsx'
import { Choice } from '../kernel/choice.tsx'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { CardEdits } from './card-edits.tsx'
import { CardWords } from './card-words.tsx'
import { cardQuery } from './queries.ts'

const CardEditor = lazy(() => import('./card-editor.tsx'))

/** What the model is for, what its errors cost, where it must not be used; with all that is known of it as one document. */
export function CardPanel({ version: { model, version } }: { readonly version: ModelVersion }) {
  // The words from which somebody goes on writing.
  const [draft, setDraft] = useState<CardText>()
  const [side, setSide] = useState<'words' | 'document'>('words')
  const query = useQuery(cardQuery(model, version))
  const { editedBy, editedAt, text } = query.data ?? {}
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
      actions={
        draft === undefined &&
        text && (
          <>
            <Choice
              label="What is shown of the card"
              value={side}
              options={[
                ['words', 'Words'],
                ['document', 'Document'],
              ]}
              onChange={setSide}
            />
            <Button onClick={() => setDraft(text)}>{editedAt ? 'Edit card' : 'Write card'}</Button>
          </>
        )
      }
    >
      <Loaded query={query} height={220}>
        {(card) => (
          <Card pad={draft !== undefined || side === 'document'}>
            {draft !== undefined ? (
              <Suspense fallback={<Skeleton height={320} />}>
                <CardEditor key={JSON.stringify(draft)} card={card} text={draft} onDone={() => setDraft(undefined)} />
              </Suspense>
            ) : side === 'document' ? (
              <NoteText text={card.markdown} />
            ) : (
              <CardWords text={card.text} model={model} version={version} />
            )}
          </Card>
        )}
      </Loaded>
      {editedAt && <CardEdits model={model} version={version} onTake={setDraft} />}
    </Section>
  )
}
