import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Facts } from '../kernel/facts.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { codeQuery } from './code-query.ts'

/** How the run was started, and on what. */
export function OriginPanel({ run }: { readonly run: TrackedRunDetail }) {
  const { data: facts } = useQuery(codeQuery(run))
  const known = [
    ['command', facts?.command],
    ['folder', facts?.folder],
    ['repository', facts?.repository],
    ['seed', facts?.seed],
    ['runtime', facts?.runtime],
    ['lockfile', facts?.lockfile],
    ['machine', facts?.machine],
  ].flatMap(([name, value]) => (name && value ? [[name, value] as const] : []))
  if (known.length === 0) return null
  return (
    <Section title="Where it ran">
      <Card pad>
        <Facts items={known} />
      </Card>
    </Section>
  )
}
