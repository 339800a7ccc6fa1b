import { Button } from '@mantine/core'
import type { TrackedRunDetail } from '@regia/core'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Card, Section } from '../kernel/section.tsx'
import classes from './experiments.module.css'
import { NoteEditor, NoteText } from './note-editor.tsx'

/** What people say about the run, in Markdown. */
export function NotePanel({ run }: { readonly run: TrackedRunDetail }) {
  const [isEditing, setEditing] = useState(false)
  const isDeleted = run.lifecycle === 'deleted'
  return (
    <Section
      title="Note"
      actions={
        !isEditing && !isDeleted && <Button onClick={() => setEditing(true)}>{run.note ? 'Edit' : 'Write one'}</Button>
      }
    >
      {(isEditing || run.note) && (
        <Card pad>
          {isEditing ? (
            <NoteEditor
              note={run.note}
              keep={(note) => api.tracking.update(run.id, { note })}
              onDone={() => setEditing(false)}
            />
          ) : (
            <NoteText text={run.note ?? ''} />
          )}
        </Card>
      )}
      {!isEditing && !run.note && <p className={classes.hint}>Why it was run, what it shows, what next.</p>}
    </Section>
  )
}
