import { Autocomplete, Button, Modal, TextInput } from '@mantine/core'
import { ALIASES, aliasSchema, type ModelVersion } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Problem } from '../kernel/problem.tsx'
import { aliasFault, whereItStands } from './alias-choice.ts'
import { Doubts } from './doubts.tsx'
import classes from './models.module.css'
import { modelQuery } from './queries.ts'

type AliasDialogProps = { readonly version: ModelVersion; readonly onClose: () => void }

/** Moves an alias of any name to a version; asks for it where the alias is protected. */
export default function AliasDialog({ version, onClose }: AliasDialogProps) {
  const { model: name, version: number } = version
  const { data: model } = useQuery(modelQuery(name))
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const queries = useQueryClient()
  const notify = useNotice()
  const alias = text.trim()
  const fault = aliasFault(alias, version)
  const isProtected = model?.protectedAliases.includes(alias) ?? false
  const action = useMutation({
    mutationFn: async () => {
      const why = reason.trim() && { reason: reason.trim() }
      if (isProtected) await api.models.request(name, { alias, version: number, ...why })
      else await api.models.promote(name, number, { alias, ...why })
    },
    onSuccess: () => {
      onClose()
      notify(isProtected ? `${name} v${number} is asked for as ${alias}` : `${name} v${number} is the ${alias}`)
      void queries.invalidateQueries()
    },
  })
  const known = [...new Set([...ALIASES, ...(model?.aliases ?? []).map((each) => each.alias)])]
  return (
    <Modal opened onClose={onClose} title={`Which alias is ${name} v${number} to have?`}>
      <form
        className={classes.dialog}
        onSubmit={(event) => {
          event.preventDefault()
          if (aliasSchema.safeParse(alias).success && !fault) action.mutate()
        }}
      >
        <Autocomplete
          label="Alias"
          size="xs"
          description={model && alias && !fault ? whereItStands(alias, model) : 'One of before, or a new one.'}
          data={known.filter((each) => !version.aliases.includes(each))}
          value={text}
          error={alias !== '' && fault}
          onChange={setText}
          data-autofocus
        />
        <TextInput
          label="Reason"
          description="Kept in the history."
          value={reason}
          maxLength={2_000}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Doubts version={version} />
        {action.error && <Problem error={action.error} />}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" variant="filled" loading={action.isPending} disabled={fault !== undefined}>
            {isProtected ? 'Ask for it' : 'Move it'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
