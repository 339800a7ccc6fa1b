import { type Composition, type Endpoint, isComposed } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatCell, formatPercent } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'

const KINDS: Readonly<Record<Composition['kind'], string>> = {
  weights: 'the weighted mean of their answers',
  sequence: 'one after the other',
  switch: 'one of them, by the value of a column',
}

/** The endpoints that a composed one asks, each with what it is asked for. */
export function MembersPanel({ endpoint }: { readonly endpoint: Endpoint }) {
  if (!isComposed(endpoint.spec)) return null
  const { compose } = endpoint.spec
  return (
    <Section title="Asks" note={KINDS[compose.kind]}>
      <Card>
        <PlainTable
          label="Endpoints that it asks"
          rows={membersOf(compose)}
          keyOf={({ endpoint: name }, i) => `${name}-${i}`}
          columns={[
            {
              id: 'endpoint',
              title: 'Endpoint',
              cell: ({ endpoint: name }) => (
                <Link to="/endpoints/$name" params={{ name }}>
                  {name}
                </Link>
              ),
            },
            { id: 'part', title: 'Part', cell: ({ part }) => part },
          ]}
        />
      </Card>
    </Section>
  )
}

/** Who is asked for what. */
function membersOf(compose: Composition): readonly { readonly endpoint: string; readonly part: string }[] {
  if (compose.kind === 'weights') {
    const sum = compose.members.reduce((total, { weight }) => total + weight, 0)
    return compose.members.map(({ endpoint, weight }) => ({ endpoint, part: formatPercent(weight / sum) }))
  }
  if (compose.kind === 'sequence') {
    return compose.members.map(({ endpoint, scoreAs }, i) => ({
      endpoint,
      part: `${i + 1}.${scoreAs === undefined ? '' : ` its score goes on as "${scoreAs}"`}`,
    }))
  }
  return [
    ...compose.cases.map(({ endpoint, equals }) => ({
      endpoint,
      part: `${compose.field} is ${equals.map(formatCell).join(' or ')}`,
    })),
    { endpoint: compose.otherwise, part: 'otherwise' },
  ]
}
