import { Button, Textarea } from '@mantine/core'
import { TRACKING_LIMITS } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import artifacts from '../artifacts/artifacts.module.css'
import { Choice } from '../kernel/choice.tsx'
import { Skeleton } from '../kernel/loaded.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './experiments.module.css'

const Markdown = lazy(() => import('../artifacts/markdown.tsx'))

type NoteEditorProps = {
  readonly note: string | undefined
  /** `null` takes it away. */
  readonly keep: (note: string | null) => Promise<unknown>
  readonly onDone: () => void
  readonly label?: string
  readonly placeholder?: string
}

/** Markdown as it is written, and as it will look. */
export function NoteEditor({
  note,
  keep,
  onDone,
  label = 'Note',
  placeholder = 'What was tried, what came out, what next. Markdown.',
}: NoteEditorProps) {
  const [text, setText] = useState(note ?? '')
  const [side, setSide] = useState<'write' | 'look'>('write')
  const queries = useQueryClient()
  const action = useMutation({
    mutationFn: () => keep(text.trim() || null),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onDone()
    },
  })
  return (
    <div className={classes.stack}>
      <Choice
        label={label}
        value={side}
        options={[
          ['write', 'Write'],
          ['look', 'Preview'],
        ]}
        onChange={setSide}
      />
      {side === 'write' ? (
        <Textarea
          aria-label={`${label} in Markdown`}
          placeholder={placeholder}
          value={text}
          autosize
          minRows={5}
          maxRows={24}
          maxLength={TRACKING_LIMITS.noteLength}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) action.mutate()
          }}
          data-autofocus
        />
      ) : (
        <NoteText text={text} />
      )}
      {action.error && <Problem error={action.error} />}
      <div className={classes.dialogButtons}>
        <Button onClick={onDone}>Leave it</Button>
        <Button variant="filled" loading={action.isPending} onClick={() => action.mutate()}>
          Save
        </Button>
      </div>
    </div>
  )
}

/** A note as a reader sees it: HTML in it stays text. */
export function NoteText({ text }: { readonly text: string }) {
  return (
    <Suspense fallback={<Skeleton height={60} />}>
      <div className={artifacts.markdown}>
        <Markdown text={text} />
      </div>
    </Suspense>
  )
}
