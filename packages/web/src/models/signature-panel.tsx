import type { PackagedVersion } from '@regia/core'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'

/** What the model takes and gives. */
export function SignaturePanel({ model }: { readonly model: PackagedVersion }) {
  const { inputs, task, target, classes, positive } = model.package.signature
  const answer = classes ? `${target}: ${classes.join(' or ')}${positive ? `, scored for "${positive}"` : ''}` : target
  return (
    <Section title="Signature" note={`${task} · predicts ${answer}`}>
      <Card>
        <PlainTable
          label="Inputs"
          rows={inputs}
          keyOf={(input) => input.name}
          columns={[
            { id: 'name', title: 'Input', cell: (input) => <b>{input.name}</b> },
            { id: 'type', title: 'Type', cell: (input) => input.type },
            { id: 'null', title: 'Nulls', cell: (input) => (input.nullable ? 'allowed' : 'refused') },
            { id: 'text', title: 'Description', cell: (input) => input.description ?? '' },
          ]}
        />
      </Card>
    </Section>
  )
}
