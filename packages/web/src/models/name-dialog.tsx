import { Button, Modal, TextInput } from '@mantine/core'
import { modelNameSchema } from '@regia/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Problem } from '../kernel/problem.tsx'
import classes from './models.module.css'

/** Asks for the name of a new model and goes to its page. */
export default function NameDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const isGood = modelNameSchema.safeParse(name.trim()).success
  const action = useMutation({
    mutationFn: () => api.models.create({ name: name.trim() }),
    onSuccess: async (model) => {
      await queries.invalidateQueries({ queryKey: ['models'] })
      onClose()
      await navigate({ to: '/models/$name', params: { name: model.name } })
    },
  })
  return (
    <Modal opened onClose={onClose} title="New model">
      <form
        className={classes.dialog}
        onSubmit={(event) => {
          event.preventDefault()
          if (isGood) action.mutate()
        }}
      >
        <TextInput
          label="Name"
          description="Endpoints and pipelines take letters, digits, “.”, “_” and “-”."
          value={name}
          maxLength={250}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {action.error && <Problem error={action.error} />}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending} disabled={!isGood}>
            Create
          </Button>
        </div>
      </form>
    </Modal>
  )
}
