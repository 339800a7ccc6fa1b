import { Button, CloseButton, TextInput } from '@mantine/core'
import { keyFault, TRACKING_LIMITS, type TrackedRunDetail } from '@regia/core'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Card, Section } from '../kernel/section.tsx'
import { useAct } from '../kernel/use-act.ts'
import classes from './experiments.module.css'
import { ValueList } from './value-list.tsx'

/** Tags, which can be set and taken away at any time. */
export function TagsPanel({ run }: { readonly run: TrackedRunDetail }) {
  const { act, isActing } = useAct('tracking')
  const tags = Object.entries(run.tags).toSorted(([a], [b]) => rankOf(a) - rankOf(b) || a.localeCompare(b))
  const isDeleted = run.lifecycle === 'deleted'
  return (
    <Section title="Tags" note={tags.length > 0 ? String(tags.length) : ''}>
      <Card>
        <ValueList
          label="Tags"
          empty="No tag is set. A tag marks a run afterwards: reviewed, baseline, broken data."
          entries={tags.map(([key, value]) => [
            key,
            <span key={key} className={classes.tag}>
              {value}
              {!isDeleted && (
                <CloseButton
                  size="xs"
                  aria-label={`Take the tag ${key} away`}
                  disabled={isActing}
                  onClick={() => act(() => api.tracking.deleteTags(run.id, { keys: [key] }), `The tag ${key} is gone.`)}
                />
              )}
            </span>,
            value,
          ])}
        />
        {!isDeleted && (
          <TagForm
            onSet={(key, value) =>
              act(() => api.tracking.log(run.id, { tags: { [key]: value } }), `The tag ${key} is set.`)
            }
          />
        )}
      </Card>
    </Section>
  )
}

// What a client notes by itself comes after what people say.
const rankOf = (key: string) => Number(/^(mlflow|regia|git)\./.test(key))

function TagForm({ onSet }: { readonly onSet: (key: string, value: string) => void }) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const fault = key === '' ? undefined : keyFault(key)
  return (
    <form
      className={classes.tagForm}
      onSubmit={(event) => {
        event.preventDefault()
        if (key === '' || fault) return
        onSet(key, value)
        setKey('')
        setValue('')
      }}
    >
      <TextInput
        aria-label="Key of a tag"
        placeholder="Key"
        value={key}
        error={fault && `It ${fault}.`}
        maxLength={TRACKING_LIMITS.keyLength}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      <TextInput
        aria-label="Value of the tag"
        placeholder="Value"
        value={value}
        maxLength={TRACKING_LIMITS.tagValueLength}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" disabled={key === '' || fault !== undefined}>
        Set tag
      </Button>
    </form>
  )
}
