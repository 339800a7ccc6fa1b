import { TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { faultAt } from '../experiments/filter-fault.ts'
import { modelFilter } from './model-filter.ts'
import classes from './models.module.css'

const PAUSE_MS = 300

type ModelSearchProps = {
  readonly value: string | undefined
  readonly onChange: (text: string | undefined) => void
}

/** A piece of a name, or a filter; what is wrong with a filter is shown where it stands. */
export function ModelSearch({ value, onChange }: ModelSearchProps) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value ?? '')
  const [isLeft, setLeft] = useState(true)
  const changeLater = useDebouncedCallback((next: string) => {
    if (!('fault' in modelFilter(next))) onChange(next.trim() || undefined)
  }, PAUSE_MS)
  useHotkeys([['/', () => field.current?.focus()]])
  // The address may change by itself, such as when somebody goes back.
  useEffect(() => setText((now) => (now.trim() === (value ?? '') ? now : (value ?? ''))), [value])
  const found = modelFilter(text)
  // What is still being written is not wrong yet.
  const fault = isLeft && 'fault' in found ? faultAt(text, found.fault) : undefined
  return (
    <div className={classes.search}>
      <TextInput
        ref={field}
        type="search"
        aria-label="Find models"
        placeholder="A name, or a filter: tags.team = 'ops'   /"
        value={text}
        spellCheck={false}
        error={fault !== undefined}
        {...(fault && { 'aria-describedby': 'model-search-fault' })}
        onChange={(event) => {
          setLeft(false)
          setText(event.currentTarget.value)
          changeLater(event.currentTarget.value)
        }}
        onBlur={() => setLeft(true)}
        onKeyDown={(event) => event.key === 'Enter' && setLeft(true)}
      />
      {fault && (
        <div className={classes.fault} id="model-search-fault" role="alert">
          <code>
            {fault.before}
            <mark>{fault.token}</mark>
            {fault.after}
          </code>
          <p>
            {fault.message} {fault.hint}
          </p>
        </div>
      )}
    </div>
  )
}
