import { Button, Select, Switch, TextInput } from '@mantine/core'
import type { Run } from '@regia/core'
import { useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { formatCount } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { LogLines } from './log-lines.tsx'
import { isActive } from './run-state.ts'
import classes from './runs.module.css'
import { useLogs } from './use-logs.ts'

type LogPanelProps = {
  readonly run: Run
  /** One step's lines, or all. */
  readonly step: string | undefined
  /** Of a mapped step, one element. */
  readonly item?: number | undefined
  readonly find: string | undefined
  readonly onFind: (find: string | undefined) => void
}

/** Log lines as they come, of one attempt if wanted; follows the end until somebody scrolls up. */
export function LogPanel({ run, step, item, find, onFind }: LogPanelProps) {
  const active = isActive(run)
  const attempts = run.steps.find((each) => each.step === step)?.attempts.length ?? 0
  const [attempt, setAttempt] = useState<number>()
  const [isFollowing, setFollowing] = useState(active)
  const query = useLogs({ id: run.id, isActive: active }, { step, item, attempt, search: find })
  return (
    <div className={classes.logs}>
      <div className={classes.filters}>
        <TextInput
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          defaultValue={find ?? ''}
          w={240}
          onKeyDown={(event) => event.key === 'Enter' && onFind(event.currentTarget.value || undefined)}
          onBlur={(event) => onFind(event.currentTarget.value || undefined)}
        />
        {attempts > 1 && item === undefined && (
          <Select
            aria-label="Attempt"
            placeholder="all attempts"
            data={Array.from({ length: attempts }, (_, i) => ({ value: String(i + 1), label: `attempt ${i + 1}` }))}
            value={attempt === undefined ? null : String(attempt)}
            onChange={(value) => setAttempt(value === null ? undefined : Number(value))}
            clearable
            w={140}
          />
        )}
        {active ? (
          <Switch
            label="Follow"
            checked={isFollowing}
            onChange={(event) => setFollowing(event.currentTarget.checked)}
          />
        ) : (
          <Button onClick={() => setFollowing(!isFollowing)}>{isFollowing ? 'To the beginning' : 'To the end'}</Button>
        )}
        {query.data && <small>{formatCount(query.data.lines.length)} lines</small>}
      </div>
      <Loaded query={query} height={160}>
        {({ lines }) =>
          lines.length === 0 ? (
            <Empty>{find ? `No line holds "${find}".` : 'Nothing has been written yet.'}</Empty>
          ) : (
            <LogLines
              lines={lines}
              isFollowing={isFollowing}
              onLeave={() => active && setFollowing(false)}
              hasSteps={step === undefined}
              find={find}
            />
          )
        }
      </Loaded>
    </div>
  )
}
