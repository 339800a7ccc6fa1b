import { Button } from '@mantine/core'
import { useState } from 'react'
import { NoteEditor, NoteText } from '../experiments/note-editor.tsx'
import { Card, Section } from '../kernel/section.tsx'

type DescriptionPanelProps = {
  readonly text: string
  readonly keep: (text: string) => Promise<unknown>
  /** What it should say. */
  readonly placeholder: string
}

/** What a model or a version is, in Markdown; only its button where nobody has described it. */
export function DescriptionPanel({ text, keep, placeholder }: DescriptionPanelProps) {
  const [isEditing, setEditing] = useState(false)
  return (
    <Section
      title="Description"
      note={!text && !isEditing && 'none yet'}
      actions={
        !isEditing && <Button onClick={() => setEditing(true)}>{text ? 'Edit description' : 'Describe it'}</Button>
      }
    >
      {(isEditing || text) && (
        <Card pad>
          {isEditing ? (
            <NoteEditor
              note={text}
              label="Description"
              placeholder={placeholder}
              keep={(next) => keep(next ?? '')}
              onDone={() => setEditing(false)}
            />
          ) : (
            <NoteText text={text} />
          )}
        </Card>
      )}
    </Section>
  )
}
