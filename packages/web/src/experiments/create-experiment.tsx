import { Button } from '@mantine/core'
import { TRACKING_LIMITS } from '@regia/core'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { api } from '../kernel/api.ts'

const TextDialog = lazy(() => import('./text-dialog.tsx'))

/** A new experiment, which is opened at once. */
export function CreateExperiment() {
  const [isOpen, setOpen] = useState(false)
  const navigate = useNavigate()
  return (
    <>
      <Button variant="filled" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        New experiment
      </Button>
      <Suspense>
        {isOpen && (
          <TextDialog
            title="New experiment"
            label="Name"
            noteLabel="Note"
            maxLength={TRACKING_LIMITS.experimentNameLength}
            button="Create"
            act={async (name, note) => {
              const { id } = await api.experiments.create({ name, ...(note && { note }) })
              void navigate({ to: '/experiments/$id', params: { id } })
              return `Experiment ${name} is there.`
            }}
            onClose={() => setOpen(false)}
          />
        )}
      </Suspense>
    </>
  )
}
