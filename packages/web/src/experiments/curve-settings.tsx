import { Button, Switch } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { Choice } from '../kernel/choice.tsx'
import classes from './experiments.module.css'
import type { CurveSearch } from './search.ts'

type CurveSettingsProps = { readonly view: CurveSearch; readonly onView: (view: CurveSearch) => void }

/** Over what curves are drawn, how smooth, on which scale, and which part of them. */
export function CurveSettings({ view, onView }: CurveSettingsProps) {
  const { x = 'step', smooth: weight = 0, log, from, until } = view
  const [shown, setShown] = useState(weight)
  const keep = useDebouncedCallback((next: number) => onView({ smooth: next > 0 ? next : undefined }), 120)
  return (
    <div className={classes.settings}>
      <Choice
        label="Horizontal axis"
        value={x}
        options={[
          ['step', 'Step'],
          ['elapsed', 'Elapsed'],
          ['time', 'Time'],
        ]}
        onChange={(next) => onView({ x: next === 'step' ? undefined : next, from: undefined, until: undefined })}
      />
      <label>
        Smoothing
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={shown}
          onChange={(event) => {
            setShown(Number(event.currentTarget.value))
            keep(Number(event.currentTarget.value))
          }}
        />
        <output>{shown.toFixed(2)}</output>
      </label>
      <Switch
        label="Log scale"
        checked={log === 'y'}
        onChange={(event) => onView({ log: event.currentTarget.checked ? 'y' : undefined })}
      />
      {x === 'step' && (
        <span className={classes.range}>
          <RangeEnd label="From step" value={from} onChange={(next) => onView({ from: next })} />
          <RangeEnd label="to" value={until} onChange={(next) => onView({ until: next })} />
        </span>
      )}
      {(from !== undefined || until !== undefined) && (
        <Button onClick={() => onView({ from: undefined, until: undefined })}>All of it</Button>
      )}
    </div>
  )
}

type RangeEndProps = {
  readonly label: string
  readonly value: number | undefined
  readonly onChange: (value: number | undefined) => void
}

function RangeEnd({ label, value, onChange }: RangeEndProps) {
  const [text, setText] = useState('')
  useEffect(() => setText(value === undefined ? '' : String(value)), [value])
  const keep = useDebouncedCallback((next: string) => onChange(next === '' ? undefined : Number(next)), 400)
  return (
    <label>
      {label}
      <input
        type="number"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          keep(event.currentTarget.value)
        }}
      />
    </label>
  )
}
