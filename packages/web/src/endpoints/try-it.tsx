import { Button } from '@mantine/core'
import type { Endpoint, PackagedVersion, PredictResponse, Row, SignatureColumn } from '@regia/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
import { quoted } from '../kernel/command-text.ts'
import { type FieldKind, fieldText, parseField } from '../kernel/json-schema.ts'
import { Problem } from '../kernel/problem.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { ValueField } from '../kernel/value-field.tsx'
import classes from './endpoints.module.css'
import { eventTimeOf } from './event-time.ts'
import { PredictionAnswer } from './prediction-answer.tsx'

const KINDS: Readonly<Record<SignatureColumn['type'], FieldKind>> = {
  float: 'number',
  int: 'integer',
  string: 'text',
  bool: 'boolean',
  timestamp: 'text',
}

type TryItProps = { readonly endpoint: Endpoint; readonly model: PackagedVersion }

/** A form made from the signature, filled with a real example. The prediction is logged like any other. */
export function TryIt({ endpoint, model }: TryItProps) {
  const { name } = endpoint.spec
  const { inputs } = model.package.signature
  const [texts, setTexts] = useState(() => exampleTexts(model))
  const row = readRow(inputs, texts)
  const predict = useMutation<{ readonly response: PredictResponse; readonly tookMs: number }>({
    mutationFn: async () => {
      const begin = performance.now()
      const response = await api.endpoints.predict(name, requestOf(endpoint, row.values))
      return { response, tookMs: performance.now() - begin }
    },
  })
  return (
    <Section title="Try it" note="filled with the example of the model package; the prediction is logged" id="try-it">
      <Card pad>
        <form
          className={classes.tryIt}
          onSubmit={(event) => {
            event.preventDefault()
            predict.mutate()
          }}
        >
          <div className={classes.fields}>
            {inputs.map((input) => (
              <ValueField
                key={input.name}
                label={input.name}
                kind={KINDS[input.type]}
                description={input.description}
                value={texts[input.name] ?? ''}
                error={row.errors[input.name]}
                onChange={(text) => setTexts({ ...texts, [input.name]: text })}
              />
            ))}
          </div>
          <div className={classes.answer}>
            <Button
              type="submit"
              variant="filled"
              loading={predict.isPending}
              disabled={Object.keys(row.errors).length > 0}
            >
              Predict
            </Button>
            {predict.data && <PredictionAnswer {...predict.data} />}
            {predict.error && <Problem error={predict.error} />}
            <Command text={commandOf(endpoint, row.values)} />
            <Command text={curlOf(endpoint, row.values)} />
            <a href={`/api/v1/endpoints/${encodeURIComponent(name)}/docs`} target="_blank" rel="noreferrer">
              Every protocol that it speaks, with examples
            </a>
          </div>
        </form>
      </Card>
    </Section>
  )
}

function commandOf(endpoint: Endpoint, values: Row): string {
  const at = eventTimeOf(endpoint, Date.now())
  return `regia predict ${endpoint.spec.name} --row ${quoted(JSON.stringify(values))}${at === undefined ? '' : ` --at ${at}`}`
}

function requestOf(endpoint: Endpoint, values: Row) {
  const at = eventTimeOf(endpoint, Date.now())
  return { rows: [values], ...(at !== undefined && { at }) }
}

function curlOf(endpoint: Endpoint, values: Row): string {
  const address = `${window.location.origin}/api/v1/endpoints/${encodeURIComponent(endpoint.spec.name)}/predict`
  return `curl ${address} -H 'content-type: application/json' -d ${quoted(JSON.stringify(requestOf(endpoint, values)))}`
}

const exampleTexts = (model: PackagedVersion): Record<string, string> =>
  Object.fromEntries(
    Object.entries(model.package.example.rows[0] ?? {}).map(([name, value]) => [name, fieldText(value)]),
  )

/** The typed texts as a row; an empty field is null, which the server judges by the signature. */
function readRow(inputs: readonly SignatureColumn[], texts: Readonly<Record<string, string>>) {
  const values: Record<string, Row[string]> = {}
  const errors: Record<string, string> = {}
  for (const { name, type } of inputs) {
    try {
      const value = parseField(KINDS[type], texts[name] ?? '')
      values[name] = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
    } catch (error) {
      errors[name] = error instanceof Error ? error.message : String(error)
    }
  }
  return { values, errors }
}
