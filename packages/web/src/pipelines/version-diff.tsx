import { Select } from '@mantine/core'
import type { PipelineVersion, VersionDiff } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Facts } from '../kernel/facts.tsx'
import { plural, shortDigest } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import classes from './pipelines.module.css'
import { diffQuery } from './queries.ts'
import type { PipelineSearch } from './search.ts'

type VersionDiffPanelProps = {
  readonly name: string
  readonly versions: readonly PipelineVersion[]
  readonly search: PipelineSearch
  readonly show: (next: PipelineSearch) => void
}

/** What is different between two versions: steps, their settings and code, and the pipeline's own settings. */
export function VersionDiffPanel({ name, versions, search, show }: VersionDiffPanelProps) {
  const numbers = versions.map(({ version }) => version).toSorted((a, b) => b - a)
  const [latest = 1, previous] = numbers
  if (previous === undefined) return null
  const before = search.before ?? previous
  const after = search.after ?? latest
  const choices = numbers.map((version) => ({ value: String(version), label: `v${version}` }))
  return (
    <Section
      title="What is different"
      actions={
        <span className={classes.pick}>
          <Select
            aria-label="Version before"
            data={choices}
            value={String(before)}
            onChange={(value) => show({ before: Number(value ?? previous), after })}
            allowDeselect={false}
            w={90}
          />
          →
          <Select
            aria-label="Version after"
            data={choices}
            value={String(after)}
            onChange={(value) => show({ before, after: Number(value ?? latest) })}
            allowDeselect={false}
            w={90}
          />
        </span>
      }
    >
      <Diff name={name} before={before} after={after} />
    </Section>
  )
}

function Diff({ name, before, after }: { readonly name: string; readonly before: number; readonly after: number }) {
  const query = useQuery(diffQuery(name, before, after))
  return (
    <Loaded query={query} height={160}>
      {(diff) => (
        <Card>
          <div className={classes.diffStep}>{summaryOf(diff)}</div>
          {diff.settings.length > 0 && <Changes title="The pipeline itself" changes={diff.settings} />}
          {diff.changed.map(({ step, changes }) => (
            <Changes key={step} title={step} changes={changes} />
          ))}
        </Card>
      )}
    </Loaded>
  )
}

function summaryOf(diff: VersionDiff): string {
  const parts = [
    diff.added.length > 0 && `added ${diff.added.join(', ')}`,
    diff.removed.length > 0 && `removed ${diff.removed.join(', ')}`,
    diff.changed.length > 0 && `${plural(diff.changed.length, 'step')} changed`,
    diff.bundles.before !== diff.bundles.after && 'another bundle of code',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' · ') : 'Nothing is different.'
}

type ChangesProps = { readonly title: string; readonly changes: VersionDiff['settings'] }

function Changes({ title, changes }: ChangesProps) {
  return (
    <div className={classes.diffStep}>
      <b>{title}</b>
      <Facts
        items={changes.map(({ what, before, after }) => [
          what,
          <span key={what}>
            {before !== undefined && <del>{short(before)}</del>} {after !== undefined && <ins>{short(after)}</ins>}
          </span>,
        ])}
      />
    </div>
  )
}

const short = (text: string) => (text.startsWith('sha256:') ? shortDigest(text) : text)
