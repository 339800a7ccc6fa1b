import { Button } from '@mantine/core'
import { useAct } from '../kernel/use-act.ts'
import classes from './experiments.module.css'

/** What has been done, and how it is taken back. */
export type Undo = { readonly text: string; readonly act: () => Promise<unknown>; readonly done: string }

type UndoBarProps = { readonly undo: Undo; readonly queryKey: string; readonly onClose: () => void }

/** Stays until it is used or sent away: whoever deletes by mistake needs more than a few seconds to see it. */
export function UndoBar({ undo, queryKey, onClose }: UndoBarProps) {
  const { act, isActing } = useAct(queryKey)
  return (
    <div className={classes.bar} role="status">
      {undo.text}
      <Button
        variant="filled"
        loading={isActing}
        onClick={() =>
          act(async () => {
            await undo.act()
            onClose()
          }, undo.done)
        }
      >
        Undo
      </Button>
      <Button onClick={onClose}>Leave it</Button>
    </div>
  )
}
