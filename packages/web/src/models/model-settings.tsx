import { Button, Checkbox, Modal, Textarea } from '@mantine/core'
import { ALIASES, type RegisteredModel } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Problem } from '../kernel/problem.tsx'
import classes from './models.module.css'

/** What a model is called for, and which of its aliases move only with approval. */
export function ModelSettings({ model }: { readonly model: RegisteredModel }) {
  const [isOpen, setOpen] = useState(false)
  const navigate = useNavigate()
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog">
        Edit
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
  const [description, setDescription] = useState(model.description)
  const [protectedAliases, setProtected] = useState<readonly string[]>(model.protectedAliases)
  const queries = useQueryClient()
  const action = useMutation({
    mutationFn: () => api.models.update(model.name, { description, protectedAliases: [...protectedAliases] }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['models'] })
      onClose()
    },
  })
  const known = [...new Set([...ALIASES, ...model.aliases.map(({ alias }) => alias), ...model.protectedAliases])]
  return (
    <Modal opened onClose={onClose} title={model.name}>
      <form
        className={classes.cardForm}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <Textarea
          label="Description"
          value={description}
          autosize
          minRows={2}
          maxRows={10}
          onChange={(event) => setDescription(event.currentTarget.value)}
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
          <Button type="submit" variant="filled" loading={action.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
