import { Button } from '@mantine/core'
import { useState } from 'react'
import { NoteEditor, NoteText } from '../experiments/note-editor.tsx'
import { Card, Section } from '../kernel/section.tsx'
import classes from './models.module.css'

type DescriptionPanelProps = {
  readonly text: string
  readonly keep: (text: string) => Promise<unknown>
  /** What it should say. */
  readonly placeholder: string
}

/** What a model or a version is, in Markdown; what it should say where nobody has described it. */
export function DescriptionPanel({ text, keep, placeholder }: DescriptionPanelProps) {
  const [isEditing, setEditing] = useState(false)
  return (
    <Section
      title="Description"
      actions={
        !isEditing && <Button onClick={() => setEditing(true)}>{text ? 'Edit description' : 'Describe it'}</Button>
      }
    >
      <Card pad>
        {isEditing ? (
          <NoteEditor
            note={text}
            label="Description"
            placeholder={placeholder}
            keep={(next) => keep(next ?? '')}
            onDone={() => setEditing(false)}
          />
        ) : text ? (
          <NoteText text={text} />
        ) : (
          <p className={classes.none}>{placeholder}</p>
        )}
      </Card>
    </Section>
  )
}
