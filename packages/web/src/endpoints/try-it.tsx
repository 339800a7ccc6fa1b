import { Button } from '@mantine/core'
import type { Endpoint, PackagedVersion, PredictResponse, Row, SignatureColumn } from '@regia/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Command } from '../kernel/command.tsx'
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
  const predict = useMutation<PredictResponse>({
    mutationFn: () => {
      const at = eventTimeOf(endpoint, Date.now())
      return api.endpoints.predict(name, { rows: [row.values], ...(at !== undefined && { at }) })
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
            {predict.data && <PredictionAnswer response={predict.data} />}
            {predict.error && <Problem error={predict.error} />}
            <Command text={commandOf(endpoint, row.values)} />
          </div>
        </form>
      </Card>
    </Section>
  )
}

function commandOf(endpoint: Endpoint, values: Row): string {
  const at = eventTimeOf(endpoint, Date.now())
  return `regia predict ${endpoint.spec.name} --row '${JSON.stringify(values)}'${at === undefined ? '' : ` --at ${at}`}`
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
