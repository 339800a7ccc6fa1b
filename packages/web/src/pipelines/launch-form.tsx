import { Button, Switch } from '@mantine/core'
import type { PipelineVersion } from '@regia/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { choicesOf, fieldKind, fieldText, parseField } from '../kernel/json-schema.ts'
import { Problem } from '../kernel/problem.tsx'
import { ValueField } from '../kernel/value-field.tsx'
import classes from './pipelines.module.css'
import { PlanList } from './plan-list.tsx'

type LaunchFormProps = {
  readonly version: Pick<PipelineVersion, 'pipeline' | 'version' | 'graph'>
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly onStarted: () => void
}

/** The params of a pipeline as fields made from their JSON schema, a plan of what would run, and the button. */
export function LaunchForm({ version, params = {}, onStarted }: LaunchFormProps) {
  const specs = Object.entries(version.graph.params)
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(specs.map(([name, spec]) => [name, fieldText(params[name] ?? spec.default)])),
  )
  const [useCache, setUseCache] = useState(true)
  const navigate = useNavigate()
  const errors = Object.fromEntries(specs.map(([name, spec]) => [name, errorOf(spec.schema, texts[name] ?? '')]))
  const isValid = Object.values(errors).every((error) => error === undefined)
  const read = () =>
    Object.fromEntries(
      specs.flatMap(([name, spec]) => {
        const value = parseField(fieldKind(spec.schema), texts[name] ?? '')
        return value === undefined ? [] : [[name, value]]
      }),
    )
  const plan = useMutation({
    mutationFn: () => api.pipelines.plan(version.pipeline, { version: version.version, params: read() }),
  })
  const launch = useMutation({
    mutationFn: () => api.pipelines.run(version.pipeline, { version: version.version, params: read(), useCache }),
    onSuccess: (run) => {
      onStarted()
      void navigate({ to: '/runs/$id', params: { id: run.id } })
    },
  })
  const error = launch.error ?? plan.error
  return (
    <form
      className={classes.launch}
      onSubmit={(event) => {
        event.preventDefault()
        launch.mutate()
      }}
    >
      {specs.length === 0 && <p>This pipeline has no params.</p>}
      {specs.map(([name, spec]) => (
        <ValueField
          key={name}
          label={name}
          kind={fieldKind(spec.schema)}
          choices={choicesOf(spec.schema)}
          description={descriptionOf(spec.schema)}
          value={texts[name] ?? ''}
          error={errors[name]}
          onChange={(text) => setTexts({ ...texts, [name]: text })}
        />
      ))}
      <Switch
        label="Take from the cache what has not changed"
        checked={useCache}
        onChange={(event) => setUseCache(event.currentTarget.checked)}
      />
      {error && <Problem error={error} />}
      <div className={classes.launchButtons}>
        <Button onClick={() => plan.mutate()} loading={plan.isPending} disabled={!isValid}>
          What would run?
        </Button>
        <Button type="submit" variant="filled" loading={launch.isPending} disabled={!isValid}>
          Run
        </Button>
      </div>
      {plan.data && <PlanList steps={plan.data.steps} />}
      {isValid && <Command text={commandOf(version.pipeline, read())} />}
    </form>
  )
}

const descriptionOf = (schema: Readonly<Record<string, unknown>>) =>
  typeof schema.description === 'string' ? schema.description : undefined

function errorOf(schema: Readonly<Record<string, unknown>>, text: string): string | undefined {
  try {
    parseField(fieldKind(schema), text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function commandOf(pipeline: string, params: Readonly<Record<string, unknown>>): string {
  const flags = Object.entries(params).map(([name, value]) => {
    const text = fieldText(value)
    return ` --param ${/^[\w.:-]*$/.test(text) ? `${name}=${text}` : `'${name}=${text}'`}`
  })
  return `regia run ${pipeline}${flags.join('')}`
}
