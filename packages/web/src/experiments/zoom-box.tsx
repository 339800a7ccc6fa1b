import { type PointerEvent, type ReactNode, useState } from 'react'
import { axisPart } from './axis-part.ts'
import classes from './experiments.module.css'

type ZoomBoxProps = {
  /** Pixels to both sides of what is drawn. */
  readonly left: number
  readonly right: number
  readonly from: number
  readonly until: number
  readonly onRange: (from: number, until: number) => void
  readonly children: ReactNode
}

const SMALLEST_PX = 8

/** A part of the axis is chosen by drawing over it. Whoever uses no mouse writes its ends above the charts. */
export function ZoomBox({ left, right, from, until, onRange, children }: ZoomBoxProps) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number; readonly width: number }>()
  const at = (event: PointerEvent<HTMLElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left
  const finish = () => {
    setDrag(undefined)
    if (!drag || Math.abs(drag.end - drag.start) < SMALLEST_PX) return
    const part = axisPart([drag.start, drag.end], [left, drag.width - right], [from, until])
    onRange(part[0], part[1])
  }
  return (
    <div
      className={classes.zoom}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return
        setDrag({ start: at(event), end: at(event), width: event.currentTarget.clientWidth })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: at(event) })}
      onPointerUp={finish}
      onPointerLeave={() => setDrag(undefined)}
    >
      {children}
      {drag && (
        <i
          style={{ left: Math.min(drag.start, drag.end), width: Math.abs(drag.end - drag.start) }}
          aria-hidden="true"
        />
      )}
    </div>
  )
}
