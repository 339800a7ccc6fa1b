import { Button, Drawer } from '@mantine/core'
import type { RunOptions } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import type { LaunchTarget } from './launch-form.tsx'

const LaunchForm = lazy(async () => ({ default: (await import('./launch-form.tsx')).LaunchForm }))

type LaunchButtonProps = {
  readonly version: LaunchTarget
  /** What to begin with, such as what an earlier run was started with. */
  readonly options?: RunOptions
  readonly label?: string
  readonly isPrimary?: boolean
}

/** Starts a run: opens the form with the pipeline's params. */
export function LaunchButton({ version, options, label = 'Run', isPrimary = true }: LaunchButtonProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant={isPrimary ? 'filled' : 'default'} onClick={() => setOpen(true)} aria-haspopup="dialog">
        {label}…
      </Button>
      <Drawer opened={isOpen} onClose={() => setOpen(false)} title={`Run ${version.pipeline}`} size={900}>
        <Suspense fallback={<Skeleton height={300} />}>
          <LaunchForm version={version} options={options} onStarted={() => setOpen(false)} />
        </Suspense>
      </Drawer>
    </>
  )
}
