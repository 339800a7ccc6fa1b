import { Button, Drawer, Tabs } from '@mantine/core'
import type { GraphStep, Run } from '@regia/core'
import { type ReactNode, useState } from 'react'
import type { GraphSearch } from '../graph/search.ts'
import { SLICE_WAYS, type SliceWay } from '../graph/slice-way.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { LogPanel } from './log-panel.tsx'
import { MapPanel } from './map-panel.tsx'
import { RecoverButton } from './recover-button.tsx'
import { isActive } from './run-state.ts'
import classes from './runs.module.css'
import { STEP_TABS } from './search.ts'
import { StepCode } from './step-code.tsx'
import { StepData } from './step-data.tsx'
import { StepHistory } from './step-history.tsx'
import { StepWhy } from './step-why.tsx'

type Tab = (typeof STEP_TABS)[number]

type StepDrawerProps = {
  readonly pipeline: string
  /** The step that is open; none closes the drawer. */
  readonly step: GraphStep | undefined
  /** The run to tell of, where the step has run. */
  readonly run: Run | undefined
  readonly tab?: Tab | undefined
  readonly onTab: (tab: Tab) => void
  readonly onSlice: (view: GraphSearch) => void
  readonly onClose: () => void
}

const TITLES: Readonly<Record<Tab, string>> = {
  why: 'Why',
  data: 'Inputs and outputs',
  items: 'Elements',
  logs: 'Logs',
  code: 'Definition',
  history: 'Last runs',
}

/** One step: why it ran, what went in and out, its elements, what it said, what it is, how it went before. */
export function StepDrawer({ pipeline, step, run, tab, onTab, onSlice, onClose }: StepDrawerProps) {
  const stepRun = run?.steps.find((each) => each.step === step?.id)
  const tabs = STEP_TABS.filter((each) => each !== 'items' || step?.map)
  const first: Tab = !stepRun ? 'code' : stepRun.map ? 'items' : 'why'
  return (
    <Drawer
      opened={step !== undefined}
      onClose={onClose}
      size={680}
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
        <>
          <SliceButtons step={step.id} onSlice={onSlice}>
            {run && !isActive(run) && <RecoverButton run={run} from={step.id} />}
          </SliceButtons>
          <Tabs
            value={tab ?? first}
            onChange={(value) => onTab(tabs.find((each) => each === value) ?? first)}
            keepMounted={false}
          >
            <Tabs.List>
              {tabs.map((each) => (
                <Tabs.Tab key={each} value={each}>
                  {TITLES[each]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tabs.map((each) => (
              <Tabs.Panel key={each} value={each} pt="md">
                <Content tab={each} pipeline={pipeline} step={step} run={run} />
              </Tabs.Panel>
            ))}
          </Tabs>
        </>
      )}
    </Drawer>
  )
}

type ContentProps = Pick<StepDrawerProps, 'pipeline' | 'run'> & { readonly tab: Tab; readonly step: GraphStep }

function Content({ tab, pipeline, step, run }: ContentProps) {
  const [find, setFind] = useState<string>()
  const stepRun = run?.steps.find((each) => each.step === step.id)
  switch (tab) {
    case 'why':
      return <StepWhy stepRun={stepRun} />
    case 'data':
      return <StepData step={step} stepRun={stepRun} run={run} />
    case 'items':
      return run && stepRun ? <MapPanel run={run} stepRun={stepRun} /> : <p>This step has not run.</p>
    case 'logs':
      return run ? <LogPanel run={run} step={step.id} find={find} onFind={setFind} /> : <p>This step has not run.</p>
    case 'code':
      return <StepCode step={step} stepRun={stepRun} />
    case 'history':
      return <StepHistory pipeline={pipeline} step={step.id} />
  }
}

const WAY_TITLES: Readonly<Record<SliceWay, string>> = {
  needs: 'What it needs',
  dependents: 'What depends on it',
  both: 'Both',
}

type SliceButtonsProps = {
  readonly step: string
  readonly onSlice: StepDrawerProps['onSlice']
  readonly children: ReactNode
}

function SliceButtons({ step, onSlice, children }: SliceButtonsProps) {
  return (
    <fieldset className={classes.sliceButtons} aria-label="Slice the graph">
      Show only
      {SLICE_WAYS.map((way) => (
        <Button key={way} onClick={() => onSlice({ around: step, way })}>
          {WAY_TITLES[way]}
        </Button>
      ))}
      <span>{children}</span>
    </fieldset>
  )
}
