import type { MapItem, Run } from '@regia/core'
import { useState } from 'react'
import { ErrorNote } from '../kernel/error-note.tsx'
import { formatBytes, shortDigest } from '../kernel/format.ts'
import { Section } from '../kernel/section.tsx'
import { Attempts } from './attempts.tsx'
import { LogPanel } from './log-panel.tsx'
import classes from './runs.module.css'

const MOST_CHARACTERS = 4000

type MapItemDetailProps = { readonly run: Run; readonly step: string; readonly item: MapItem }

/** One element of a mapped step: what went wrong, its attempts, what it made, what it said. */
export function MapItemDetail({ run, step, item }: MapItemDetailProps) {
  const [find, setFind] = useState<string>()
  return (
    <Section title={`Element ${item.index}`} note={item.label}>
      <div className={classes.stack}>
        {item.error && <ErrorNote error={item.error} />}
        <Attempts attempts={item.attempts} />
        <ul className={classes.ports}>
          {Object.entries(item.outputs).map(([name, artifact]) => (
            <li key={name}>
              <b>{name}</b>{' '}
              <span className={classes.muted}>
                {artifact.kind} · <code title={artifact.digest}>{shortDigest(artifact.digest)}</code> ·{' '}
                {formatBytes(artifact.sizeBytes)}
              </span>
              {artifact.value !== undefined && (
                <pre className={classes.json}>{JSON.stringify(artifact.value, null, 2).slice(0, MOST_CHARACTERS)}</pre>
              )}
            </li>
          ))}
        </ul>
        <LogPanel run={run} step={step} item={item.index} find={find} onFind={setFind} />
      </div>
    </Section>
  )
}
