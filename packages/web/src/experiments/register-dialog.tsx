import { Autocomplete, Button, Modal } from '@mantine/core'
import { type LoggedModel, RegiaError, type TrackedRunDetail } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Problem } from '../kernel/problem.tsx'
import classes from './experiments.module.css'

type RegisterDialogProps = {
  readonly run: TrackedRunDetail
  readonly model: LoggedModel
  readonly onClose: () => void
}

/** A logged model becomes a version of a registered one, new or old. */
export default function RegisterDialog({ run, model, onClose }: RegisterDialogProps) {
  const [name, setName] = useState(model.name)
  const { data } = useQuery({ queryKey: ['models', 'names'], queryFn: () => api.models.list({ limit: 500 }) })
  const queries = useQueryClient()
  const notify = useNotice()
  const navigate = useNavigate()
  const names = data?.items.map((each) => each.name) ?? []
  const action = useMutation({
    mutationFn: async () => {
      if (!names.includes(name.trim())) await create(name.trim())
      const source = `models:/${model.id}`
      return api.models.registerVersion(name.trim(), { source, runId: run.id, loggedModelId: model.id })
    },
    onSuccess: ({ version }) => {
      onClose()
      notify(`${name.trim()} v${version} is registered.`)
      void queries.invalidateQueries()
      void navigate({ to: '/models/$name/$version', params: { name: name.trim(), version: String(version) } })
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Register ${model.name}`}>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        <Autocomplete
          label="Registered model"
          description={names.includes(name.trim()) ? 'It is there: this becomes its next version.' : 'A new one.'}
          size="xs"
          data={names}
          value={name}
          onChange={setName}
          data-autofocus
        />
        {action.error && <Problem error={action.error} />}
        <div className={classes.dialogButtons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending} disabled={!name.trim()}>
            Register
          </Button>
        </div>
      </form>
    </Modal>
  )
}

// Somebody else may have made it meanwhile, which is as good.
async function create(name: string): Promise<void> {
  try {
    await api.models.create({ name })
  } catch (error) {
    if (!(error instanceof RegiaError) || error.code !== 'ALREADY_EXISTS') throw error
  }
}
