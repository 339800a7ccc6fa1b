import type { LogLine } from '@regia/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Fragment, useEffect, useRef } from 'react'
import { inOrder } from '../kernel/in-order.ts'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { formatExact } from '../kernel/time.ts'
import classes from './runs.module.css'

type LogLinesProps = {
  readonly lines: readonly LogLine[]
  readonly isFollowing: boolean
  /** Somebody scrolls up, away from the end. */
  readonly onLeave: () => void
  readonly hasSteps: boolean
  /** What is marked in the lines. */
  readonly find: string | undefined
}

const TALLEST = 380

/** The lines in view, and no others; at the end while they are followed. */
export function LogLines({ lines, isFollowing, onLeave, hasSteps, find }: LogLinesProps) {
  const box = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 18,
    overscan: 20,
  })
  // Only who follows is moved when lines come; who reads stays where he is.
  const end = isFollowing ? lines.length - 1 : 0
  useEffect(() => {
    if (end >= 0) virtual.scrollToIndex(end)
  }, [end, virtual])
  return (
    <ScrollBox
      boxRef={box}
      className={classes.lines}
      label="Log lines"
      style={{ height: Math.min(TALLEST, virtual.getTotalSize() + 14) }}
    >
      <div style={{ height: virtual.getTotalSize() }} onWheel={(event) => isFollowing && event.deltaY < 0 && onLeave()}>
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
              <code>
                <Marked text={line.text} find={find} />
              </code>
            </div>
          )
        })}
      </div>
    </ScrollBox>
  )
}

/** A text with what was searched for marked in it. */
function Marked({ text, find }: { readonly text: string; readonly find: string | undefined }) {
  if (!find) return <>{text}</>
  const parts: string[] = []
  const lower = text.toLowerCase()
  const wanted = find.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  parts.push(text.slice(from))
  return inOrder(parts).map(({ key, item }, i) => (
    <Fragment key={key}>{i % 2 === 1 ? <mark>{item}</mark> : item}</Fragment>
  ))
}
