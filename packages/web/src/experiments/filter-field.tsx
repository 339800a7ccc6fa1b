import { CloseButton, Combobox, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { completeFilter, type FilterSuggestion, RUN_GRAMMAR } from '@regia/core'
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { inOrder } from '../kernel/in-order.ts'
import classes from './experiments.module.css'
import { type FilterFault, faultAt, filterFault } from './filter-fault.ts'
import { useFields } from './use-fields.ts'

type FilterFieldProps = {
  readonly value: string | undefined
  readonly experiments: readonly string[] | undefined
  /** What the server found wrong with it. */
  readonly error: Error | undefined
  readonly onChange: (filter: string | undefined) => void
}

const PAUSE_MS = 500
const EXAMPLE = "metrics.precision > 0.6 and params.depth = '3'"
const NO_FIELDS = {}

/** One line in the filter language, completed while it is written; a mistake is shown where it stands. */
export function FilterField({ value, experiments, error, onChange }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value ?? '')
  const [cursor, setCursor] = useState(0)
  const [fault, setFault] = useState<FilterFault>()
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() })
  const fields = useFields(experiments, keyAt(text, cursor))
  const suggestions = useMemo(
    () => completeFilter(text, cursor, RUN_GRAMMAR, fields ?? NO_FIELDS),
    [text, cursor, fields],
  )
  useHotkeys([['/', () => field.current?.focus()]])
  useEffect(() => setText(value ?? ''), [value])
  // Before the next key: whoever types fast would write into the middle of what was completed.
  const caret = useRef<number>(undefined)
  useLayoutEffect(() => {
    const at = caret.current
    caret.current = undefined
    if (at !== undefined && at <= text.length) field.current?.setSelectionRange(at, at)
  }, [text])

  const apply = (next: string) => {
    const found = filterFault(next)
    setFault(found)
    if (!found && (next.trim() || undefined) !== value) onChange(next.trim() || undefined)
  }
  // What is still being written is not wrong yet.
  const applyLater = useDebouncedCallback((next: string) => {
    if (filterFault(next) === undefined) apply(next)
  }, PAUSE_MS)
  const change = (next: string, at: number) => {
    setText(next)
    setCursor(at)
    setFault(undefined)
    applyLater(next)
  }
  const take = (suggestion: FilterSuggestion) => {
    const { next, at } = completed(text, suggestion)
    change(next, at)
    list.resetSelectedOption()
    caret.current = at
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && list.getSelectedOptionIndex() < 0) {
      list.closeDropdown()
      apply(text)
    }
    if (event.key === 'Tab' && list.dropdownOpened && list.getSelectedOptionIndex() >= 0) {
      event.preventDefault()
      list.clickSelectedOption()
    }
  }
  const shown = fault ?? (error && text === (value ?? '') ? faultAt(text, error) : undefined)
  return (
    <div className={classes.filter}>
      <Combobox
        store={list}
        onOptionSubmit={(index) => {
          const suggestion = suggestions[Number(index)]
          if (suggestion) take(suggestion)
        }}
      >
        <Combobox.Target withExpandedAttribute>
          <TextInput
            ref={field}
            role="combobox"
            aria-label="Filter runs"
            placeholder={`Filter: ${EXAMPLE}   /`}
            value={text}
            spellCheck={false}
            autoComplete="off"
            error={shown !== undefined}
            {...(shown && { 'aria-describedby': 'filter-fault' })}
            onChange={(event) => {
              change(event.currentTarget.value, event.currentTarget.selectionStart ?? 0)
              list.openDropdown()
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
            onFocus={() => list.openDropdown()}
            onBlur={() => {
              list.closeDropdown()
              apply(text)
            }}
            rightSectionPointerEvents="all"
            rightSection={
              text && (
                <CloseButton
                  size="xs"
                  aria-label="Clear the filter"
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => {
                    setText('')
                    setFault(undefined)
                    onChange(undefined)
                  }}
                />
              )
            }
            onKeyDown={onKeyDown}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options className={classes.suggestions} aria-label="Completions">
            {inOrder(suggestions).map(({ key, item }, i) => (
              <Combobox.Option key={key} value={String(i)} className={classes.suggestion}>
                <code>{item.text}</code>
                <small>{item.kind}</small>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {shown && <Fault fault={shown} />}
    </div>
  )
}

// What is written of a key: `metrics.val` looks for keys that begin with `val`.
const keyAt = (text: string, cursor: number): string =>
  /(?:metrics?|params?|tags?)\.[`"]?([^\s`"=<>!]*)$/i.exec(text.slice(0, cursor))?.[1] ?? ''

// After a word there is something more to be written; after an entity its key follows without a space.
const GLUED: readonly FilterSuggestion['kind'][] = ['entity', 'quote']

function completed(text: string, { from, until, text: added, kind }: FilterSuggestion) {
  const rest = text.slice(until)
  const word = GLUED.includes(kind) || added.endsWith('(') || rest.startsWith(' ') ? added : `${added} `
  return { next: text.slice(0, from) + word + rest, at: from + word.length }
}

function Fault({ fault }: { readonly fault: FilterFault }) {
  return (
    <div className={classes.fault} id="filter-fault" role="alert">
      <code>
        {fault.before}
        <mark>{fault.token}</mark>
        {fault.after}
      </code>
      <p>
        {fault.message} {fault.hint}
      </p>
    </div>
  )
}
