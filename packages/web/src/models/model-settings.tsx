import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { ALIASES, type RegisteredModel } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './models.module.css'

/** What a model is called, and which of its aliases move only with approval. */
export function ModelSettings({ model }: { readonly model: RegisteredModel }) {
  const [isOpen, setOpen] = useState(false)
  const navigate = useNavigate()
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
        Settings
      </Button>
      <ConfirmAction
        label="Delete"
        title={`Delete ${model.name} with its versions?`}
        act={async () => {
          await api.models.delete(model.name)
          await navigate({ to: '/models' })
        }}
        done={`${model.name} is deleted; it can be restored`}
      >
        <p>Its name is free at once. It can be restored until it is purged; while an endpoint serves it, it stays.</p>
      </ConfirmAction>
      {isOpen && <SettingsDialog model={model} onClose={() => setOpen(false)} />}
    </>
  )
}

type SettingsDialogProps = { readonly model: RegisteredModel; readonly onClose: () => void }

function SettingsDialog({ model, onClose }: SettingsDialogProps) {
  const [name, setName] = useState(model.name)
  const [protectedAliases, setProtected] = useState<readonly string[]>(model.protectedAliases)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const action = useMutation({
    mutationFn: () =>
      api.models.update(model.name, {
        ...(name.trim() !== model.name && { name: name.trim() }),
        protectedAliases: [...protectedAliases],
      }),
    onSuccess: async (changed) => {
      onClose()
      if (changed.name !== model.name) await navigate({ to: '/models/$name', params: { name: changed.name } })
      void queries.invalidateQueries({ queryKey: ['models'] })
    },
  })
  const known = [...new Set([...ALIASES, ...model.aliases.map(({ alias }) => alias), ...model.protectedAliases])]
  return (
    <Modal opened onClose={onClose} title={model.name}>
      <form
        className={classes.dialog}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <TextInput
          label="Name"
          description="Versions, aliases and history go along; while an endpoint serves it, it keeps its name."
          value={name}
          maxLength={250}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group
          label="Protected aliases"
          description="They move only when somebody else has approved."
          value={[...protectedAliases]}
          onChange={setProtected}
        >
          <div className={classes.aliasChoices}>
            {known.map((alias) => (
              <Checkbox key={alias} value={alias} label={alias} />
            ))}
          </div>
        </Checkbox.Group>
        {action.error && <Problem error={action.error} />}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending} disabled={name.trim() === ''}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
