import { Button, CloseButton, Popover, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import classes from './experiments.module.css'
import { keepViews, readViews, withView } from './view-store.ts'

/** Names for views: each is a link to an address that holds the whole view. */
export function SavedViews() {
  const [views, setViews] = useState(() => readViews(window.localStorage))
  const [name, setName] = useState('')
  const notify = useNotice()
  const keep = (next: typeof views) => {
    setViews(next)
    if (!keepViews(window.localStorage, next)) notify('This browser keeps nothing: send the address instead.')
  }
  return (
    <Popover position="bottom-end" shadow="md" trapFocus withinPortal width={320}>
      <Popover.Target>
        <Button>Views{views.length > 0 && ` · ${views.length}`}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.chooser}
          onSubmit={(event) => {
            event.preventDefault()
            const { pathname, search } = window.location
            if (name.trim()) keep(withView(views, { name: name.trim(), href: `${pathname}${search}` }))
            setName('')
          }}
        >
          <p className={classes.hint}>
            The address holds the whole view: filter, order, columns, charts. A name finds it again.
          </p>
          <div className={classes.oneLine}>
            <TextInput
              aria-label="Name of this view"
              placeholder="Name of this view"
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <Button type="submit" variant="filled" disabled={!name.trim()}>
              Save
            </Button>
          </div>
          <ul className={classes.views} aria-label="Saved views">
            {views.map((view) => (
              <li key={view.name}>
                <a href={view.href}>{view.name}</a>
                <CloseButton
                  size="xs"
                  aria-label={`Forget ${view.name}`}
                  onClick={() => keep(views.filter((each) => each !== view))}
                />
              </li>
            ))}
          </ul>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
