import { Drawer, Tabs } from '@mantine/core'
import type { GraphStep, Run } from '@regia/core'
import { useState } from 'react'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { LogPanel } from './log-panel.tsx'
import classes from './runs.module.css'
import { STEP_TABS } from './search.ts'
import { StepCode } from './step-code.tsx'
import { StepData } from './step-data.tsx'
import { StepWhy } from './step-why.tsx'

type Tab = (typeof STEP_TABS)[number]

type StepDrawerProps = {
  /** The step that is open; none closes the drawer. */
  readonly step: GraphStep | undefined
  /** The run to tell of, where the step has run. */
  readonly run: Run | undefined
  readonly tab?: Tab | undefined
  readonly onTab?: (tab: Tab) => void
  readonly onClose: () => void
}

/** One step: why it ran, what went in and out, what it said, which code. */
export function StepDrawer({ step, run, tab, onTab, onClose }: StepDrawerProps) {
  const [ownTab, setOwnTab] = useState<Tab>('why')
  const [find, setFind] = useState<string>()
  const stepRun = run?.steps.find((each) => each.step === step?.id)
  const pick = (value: string | null) => {
    const next = STEP_TABS.find((each) => each === value) ?? 'why'
    setOwnTab(next)
    onTab?.(next)
  }
  return (
    <Drawer
      opened={step !== undefined}
      onClose={onClose}
      size={620}
      title={
        <span className={classes.drawerTitle}>
          <Lamp health={healthOfStatus(stepRun?.status)} label={stepRun?.status ?? 'not run'} />
          {step?.id}
          {run && (
            <small>
              {run.pipeline} #{run.number}
            </small>
          )}
        </span>
      }
    >
      {step && (
        <Tabs value={tab ?? ownTab} onChange={pick} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="why">Why</Tabs.Tab>
            <Tabs.Tab value="data">Inputs and outputs</Tabs.Tab>
            <Tabs.Tab value="logs">Logs</Tabs.Tab>
            <Tabs.Tab value="code">Code</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="why" pt="md">
            <StepWhy stepRun={stepRun} />
          </Tabs.Panel>
          <Tabs.Panel value="data" pt="md">
            <StepData step={step} stepRun={stepRun} run={run} />
          </Tabs.Panel>
          <Tabs.Panel value="logs" pt="md">
            {run ? <LogPanel run={run} step={step.id} find={find} onFind={setFind} /> : <p>This step has not run.</p>}
          </Tabs.Panel>
          <Tabs.Panel value="code" pt="md">
            <StepCode step={step} stepRun={stepRun} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Drawer>
  )
}
