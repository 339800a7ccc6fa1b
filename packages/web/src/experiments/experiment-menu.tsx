import { ActionIcon, Button, Menu } from '@mantine/core'
import { type Experiment, TRACKING_LIMITS } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import { api } from '../kernel/api.ts'
import { useAct } from '../kernel/use-act.ts'
import type { Undo } from './undo-bar.tsx'

const TextDialog = lazy(() => import('./text-dialog.tsx'))
const NoteDialog = lazy(() => import('./note-dialog.tsx'))

type ExperimentMenuProps = {
  readonly experiment: Experiment
  readonly onUndo?: (undo: Undo) => void
  readonly isSmall?: boolean
}

/** Rename, note, delete, restore. */
export function ExperimentMenu({ experiment, onUndo, isSmall = false }: ExperimentMenuProps) {
  const [dialog, setDialog] = useState<'name' | 'note'>()
  const { act } = useAct('experiments')
  const { id, name } = experiment
  const isDeleted = experiment.lifecycle === 'deleted'
  const turn = () =>
    act(
      async () => {
        await (isDeleted ? api.experiments.restore(id) : api.experiments.delete(id))
        if (!isDeleted) onUndo?.(undoOf(experiment))
      },
      isDeleted ? `Experiment ${name} is back, with its runs.` : `Experiment ${name} is deleted, with its runs.`,
    )
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          {isSmall ? (
            <ActionIcon aria-label={`What can be done with ${name}`} size="sm">
              ⋯
            </ActionIcon>
          ) : (
            <Button aria-label={`What can be done with ${name}`}>⋯</Button>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          {!isDeleted && <Menu.Item onClick={() => setDialog('name')}>Rename</Menu.Item>}
          {!isDeleted && <Menu.Item onClick={() => setDialog('note')}>Note</Menu.Item>}
          <Menu.Item disabled={id === '0'} onClick={turn}>
            {isDeleted ? 'Restore' : 'Delete'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {dialog === 'name' && (
          <TextDialog
            title={`Rename ${name}`}
            label="Name"
            value={name}
            maxLength={TRACKING_LIMITS.experimentNameLength}
            button="Rename"
            act={async (next) => {
              await api.experiments.update(id, { name: next })
              return `It is called ${next} now.`
            }}
            onClose={() => setDialog(undefined)}
          />
        )}
        {dialog === 'note' && (
          <NoteDialog
            title={`Note of ${name}`}
            note={experiment.note}
            keep={(note) => api.experiments.update(id, { note })}
            onClose={() => setDialog(undefined)}
          />
        )}
      </Suspense>
    </>
  )
}

const undoOf = ({ id, name }: Experiment): Undo => ({
  text: `Experiment ${name} is deleted, with its runs.`,
  act: () => api.experiments.restore(id),
  done: `Experiment ${name} is back, with its runs.`,
})
