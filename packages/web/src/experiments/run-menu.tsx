import { Button, Menu } from '@mantine/core'
import { TRACKING_LIMITS, type TrackedRunDetail } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import { api } from '../kernel/api.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { useAct } from '../kernel/use-act.ts'
import type { Undo } from './undo-bar.tsx'

const TextDialog = lazy(() => import('./text-dialog.tsx'))

type RunMenuProps = { readonly run: TrackedRunDetail; readonly onUndo: (undo: Undo | undefined) => void }

/** Compare, rename, delete, restore. */
export function RunMenu({ run, onUndo }: RunMenuProps) {
  const [isRenaming, setRenaming] = useState(false)
  const { act } = useAct('tracking')
  const isDeleted = run.lifecycle === 'deleted'
  const turn = () =>
    act(
      async () => {
        await (isDeleted ? api.tracking.restore(run.id) : api.tracking.delete(run.id))
        onUndo(isDeleted ? undefined : undoOf(run))
      },
      isDeleted ? `${run.name} is back.` : `${run.name} is deleted.`,
    )
  return (
    <>
      <LinkButton
        to="/experiments/$id"
        params={{ id: run.experimentId }}
        search={{ selected: run.parentId ? `${run.id},${run.parentId}` : run.id }}
      >
        Compare with …
      </LinkButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button aria-label={`What can be done with ${run.name}`}>⋯</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {!isDeleted && <Menu.Item onClick={() => setRenaming(true)}>Rename</Menu.Item>}
          <Menu.Item onClick={turn}>{isDeleted ? 'Restore' : 'Delete'}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {isRenaming && (
          <TextDialog
            title={`Rename ${run.name}`}
            label="Name"
            value={run.name}
            maxLength={TRACKING_LIMITS.keyLength}
            button="Rename"
            act={async (name) => {
              await api.tracking.update(run.id, { name })
              return `It is called ${name} now.`
            }}
            onClose={() => setRenaming(false)}
          />
        )}
      </Suspense>
    </>
  )
}

const undoOf = ({ id, name }: TrackedRunDetail): Undo => ({
  text: `${name} is deleted.`,
  act: () => api.tracking.restore(id),
  done: `${name} is back.`,
})
