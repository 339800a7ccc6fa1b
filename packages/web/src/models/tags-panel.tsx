import { Button, CloseButton, TextInput } from '@mantine/core'
import { MODEL_LIMITS } from '@regia/core'
import { useState } from 'react'
import { Card, Section } from '../kernel/section.tsx'
import { useAct } from '../kernel/use-act.ts'
import classes from './models.module.css'

type TagsPanelProps = {
  readonly tags: Readonly<Record<string, string>>
  /** `null` takes a tag away. */
  readonly onChange: (tags: Readonly<Record<string, string | null>>) => Promise<unknown>
}

/** Tags of a model or a version; they say what searches look for. */
export function TagsPanel({ tags, onChange }: TagsPanelProps) {
  const { act, isActing } = useAct('models')
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const entries = Object.entries(tags).toSorted(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }))
  return (
    <Section title="Tags" note={entries.length > 0 ? String(entries.length) : ''}>
      <Card pad>
        {entries.length > 0 && (
          <ul className={classes.tagList}>
            {entries.map(([name, text]) => (
              <li key={name}>
                <b>{name}</b>
                <span title={text}>{text}</span>
                <CloseButton
                  size="xs"
                  aria-label={`Take the tag ${name} away`}
                  disabled={isActing}
                  onClick={() => act(() => onChange({ [name]: null }), `The tag ${name} is gone.`)}
                />
              </li>
            ))}
          </ul>
        )}
        <form
          className={classes.tagForm}
          onSubmit={(event) => {
            event.preventDefault()
            act(() => onChange({ [key.trim()]: value }), `The tag ${key.trim()} is set.`)
            setKey('')
            setValue('')
          }}
        >
          <TextInput
            aria-label="Key of a tag"
            placeholder="Key"
            value={key}
            maxLength={MODEL_LIMITS.tagKeyLength}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          <TextInput
            aria-label="Value of the tag"
            placeholder="Value"
            value={value}
            maxLength={MODEL_LIMITS.tagValueLength}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Button type="submit" disabled={key.trim() === ''}>
            Set tag
          </Button>
        </form>
      </Card>
    </Section>
  )
}
