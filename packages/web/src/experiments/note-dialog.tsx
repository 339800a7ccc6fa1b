import { Modal } from '@mantine/core'
import { NoteEditor } from './note-editor.tsx'

type NoteDialogProps = {
  readonly title: string
  readonly note: string | undefined
  readonly keep: (note: string | null) => Promise<unknown>
  readonly onClose: () => void
}

export default function NoteDialog({ title, note, keep, onClose }: NoteDialogProps) {
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <NoteEditor note={note} keep={keep} onDone={onClose} />
    </Modal>
  )
}
