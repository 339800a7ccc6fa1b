import { Button, Drawer } from '@mantine/core'
import type { PipelineVersion } from '@regia/core'
import { useState } from 'react'
import { LaunchForm } from './launch-form.tsx'

/** Starts a run: opens the form with the pipeline's params. */
export function LaunchButton({ version, params, label = 'Run' }: LaunchButtonProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="filled" onClick={() => setOpen(true)} aria-haspopup="dialog">
        {label}…
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={`Run ${version.pipeline} v${version.version}`}
        size={460}
      >
        <LaunchForm version={version} params={params} onStarted={() => setOpen(false)} />
      </Drawer>
    </>
  )
}

type LaunchButtonProps = {
  readonly version: Pick<PipelineVersion, 'pipeline' | 'version' | 'graph'>
  /** Values to begin with, such as those of an earlier run. */
  readonly params?: Readonly<Record<string, unknown>>
  readonly label?: string
}
