import { useDebouncedValue } from '@mantine/hooks'
import type { PlanStep, RunOptions } from '@regia/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { plural } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Section } from '../kernel/section.tsx'
import classes from './pipelines.module.css'
import { PlanList } from './plan-list.tsx'
import { planQuery } from './queries.ts'

type LaunchPlanProps = { readonly pipeline: string; readonly options: RunOptions | undefined }

const PAUSE_MS = 350

/** What would run and what would not, asked again when somebody has stopped typing. */
export function LaunchPlan({ pipeline, options }: LaunchPlanProps) {
  const [text] = useDebouncedValue(options && JSON.stringify(options), PAUSE_MS)
  const asked: RunOptions | undefined = text === undefined ? undefined : JSON.parse(text)
  const query = useQuery({
    ...planQuery(pipeline, asked ?? {}),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
  })
  return (
    <div className={classes.launchPlan}>
      <Section title="What would run" note={query.data && planText(query.data.steps)}>
        {options === undefined ? (
          <p>The plan comes when the fields are right.</p>
        ) : (
          <Loaded query={query} height={240}>
            {({ steps }) => <PlanList steps={steps} />}
          </Loaded>
        )}
      </Section>
    </div>
  )
}

function planText(steps: readonly PlanStep[]): string {
  const count = (action: PlanStep['action']) => steps.filter((step) => step.action === action).length
  const parts = [
    `${plural(count('run'), 'step')} would run`,
    count('cached') > 0 && `${count('cached')} from cache`,
    count('reused') > 0 && `${count('reused')} as made last`,
    count('skipped') > 0 && `${count('skipped')} skipped`,
    count('unknown') > 0 && `${count('unknown')} not known yet`,
  ]
  return parts.filter(Boolean).join(', ')
}
