import { Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './frame.module.css'
import { type PaletteItem, rankItems } from './palette-items.ts'
import { usePaletteItems } from './use-palette-items.ts'

/** Finds any run, model, dataset, endpoint, page or action by a few letters of its name. */
export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const items = rankItems(usePaletteItems(text), text)
  const navigate = useNavigate()
  const listId = useId()
  const current = Math.min(active, items.length - 1)
  const choose = (item: PaletteItem | undefined) => {
    if (!item) return
    onClose()
    void navigate({ href: item.href })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(items.length - 1, current + 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(0, current - 1))
    else if (event.key === 'Enter') choose(items[current])
    else return
    event.preventDefault()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      size={600}
      padding={0}
      centered={false}
      yOffset="12vh"
      title={undefined}
      aria-label="Search"
    >
      <div className={classes.palette}>
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={items[current] ? `${listId}-${current}` : undefined}
          aria-label="Search or run a command"
          placeholder="A run, model, dataset, endpoint, page or action"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
        <div id={listId} className={classes.options} role="listbox" aria-label="Results">
          {items.map((item, i) => (
            <Option
              key={`${item.kind}-${item.href}-${item.title}`}
              id={`${listId}-${i}`}
              item={item}
              isActive={i === current}
              onPoint={() => setActive(i)}
              onChoose={() => choose(item)}
            />
          ))}
          {items.length === 0 && <div className={classes.optionGroup}>Nothing is called “{text}”.</div>}
        </div>
        <div className={classes.keys}>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> move
          </span>
          <span>
            <kbd>Enter</kbd> open
          </span>
          <span>
            <kbd>Esc</kbd> close
          </span>
        </div>
      </div>
    </Modal>
  )
}

type OptionProps = {
  readonly id: string
  readonly item: PaletteItem
  readonly isActive: boolean
  readonly onPoint: () => void
  readonly onChoose: () => void
}

function Option({ id, item, isActive, onPoint, onChoose }: OptionProps) {
  return (
    <div
      id={id}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: 'nearest' })
      }}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      className={classes.option}
      onMouseMove={isActive ? undefined : onPoint}
      onMouseDown={(event) => {
        event.preventDefault()
        onChoose()
      }}
    >
      {item.health ? <Lamp health={item.health} /> : <span />}
      <span>{item.title}</span>
      <small>{item.kind}</small>
    </div>
  )
}
