import { Switch, TextInput } from '@mantine/core'
import type { Run } from '@regia/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { formatCount } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { formatExact } from '../kernel/time.ts'
import classes from './runs.module.css'
import { useLogs } from './use-logs.ts'

type LogPanelProps = {
  readonly run: Run
  /** One step's lines, or all. */
  readonly step: string | undefined
  readonly find: string | undefined
  readonly onFind: (find: string | undefined) => void
}

/** Log lines as they come; follows the end until somebody scrolls up. */
export function LogPanel({ run, step, find, onFind }: LogPanelProps) {
  const isActive = run.status === 'running' || run.status === 'queued'
  const query = useLogs({ id: run.id, isActive }, step, find)
  const [isFollowing, setFollowing] = useState(isActive)
  return (
    <div className={classes.logs}>
      <div className={classes.filters}>
        <TextInput
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          defaultValue={find ?? ''}
          w={260}
          onKeyDown={(event) => event.key === 'Enter' && onFind(event.currentTarget.value || undefined)}
          onBlur={(event) => onFind(event.currentTarget.value || undefined)}
        />
        <Switch label="Follow" checked={isFollowing} onChange={(event) => setFollowing(event.currentTarget.checked)} />
        {query.data && <small>{formatCount(query.data.lines.length)} lines</small>}
      </div>
      <Loaded query={query} height={160}>
        {({ lines }) =>
          lines.length === 0 ? (
            <Empty>{find ? `No line holds "${find}".` : 'Nothing has been written yet.'}</Empty>
          ) : (
            <LogLines lines={lines} isFollowing={isFollowing} hasSteps={step === undefined} />
          )
        }
      </Loaded>
    </div>
  )
}

type LogLinesProps = {
  readonly lines: NonNullable<ReturnType<typeof useLogs>['data']>['lines']
  readonly isFollowing: boolean
  readonly hasSteps: boolean
}

const TALLEST = 380

function LogLines({ lines, isFollowing, hasSteps }: LogLinesProps) {
  const box = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 18,
    overscan: 20,
  })
  useEffect(() => {
    if (isFollowing && lines.length > 0) virtual.scrollToIndex(lines.length - 1)
  }, [isFollowing, lines.length, virtual])
  return (
    <ScrollBox
      boxRef={box}
      className={classes.lines}
      label="Log lines"
      style={{ height: Math.min(TALLEST, virtual.getTotalSize() + 14) }}
    >
      <div style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index]
          if (!line) return null
          return (
            <div
              key={line.index}
              ref={virtual.measureElement}
              data-index={index}
              data-stream={line.stream}
              style={{ transform: `translateY(${start}px)` }}
            >
              <time title={formatExact(line.at)}>{line.at.slice(11, 19)}</time>
              {hasSteps && <span title={line.step}>{line.step}</span>}
              <code>{line.text}</code>
            </div>
          )
        })}
      </div>
    </ScrollBox>
  )
}
