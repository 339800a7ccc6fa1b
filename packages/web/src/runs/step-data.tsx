import { type Artifact, type GraphStep, type Run, refText, type StepRun } from '@regia/core'
import { formatBytes, formatCount, shortDigest } from '../kernel/format.ts'
import { Section } from '../kernel/section.tsx'
import classes from './runs.module.css'
import { TablePreview } from './table-preview.tsx'

type StepDataProps = { readonly step: GraphStep; readonly stepRun: StepRun | undefined; readonly run: Run | undefined }

/** What went into a step and what came out, with previews. */
export function StepData({ step, stepRun, run }: StepDataProps) {
  return (
    <div className={classes.stack}>
      <Section title="Inputs">
        <ul className={classes.ports}>
          {Object.entries(step.inputs).map(([name, ref]) => (
            <li key={name}>
              <b>{name}</b> <span className={classes.muted}>← {refText(ref)}</span>
              <ArtifactNote artifact={stepRun?.inputs[name]} />
            </li>
          ))}
          {Object.keys(step.inputs).length === 0 && <li className={classes.muted}>none</li>}
        </ul>
      </Section>
      <Section title="Outputs">
        <ul className={classes.ports}>
          {Object.entries(step.outputs).map(([name, type]) => {
            const artifact = stepRun?.outputs[name]
            return (
              <li key={name}>
                <b>{name}</b> <span className={classes.muted}>{type.kind}</span>
                <ArtifactNote artifact={artifact} />
                {run && artifact?.kind === 'table' && <TablePreview run={run.id} step={step.id} output={name} />}
              </li>
            )
          })}
        </ul>
      </Section>
    </div>
  )
}

const MOST_CHARACTERS = 4000

function ArtifactNote({ artifact }: { readonly artifact: Artifact | undefined }) {
  if (!artifact) return null
  const rows = artifact.rowCount === undefined ? '' : ` · ${formatCount(artifact.rowCount)} rows`
  return (
    <>
      <p className={classes.muted}>
        <code title={artifact.digest}>{shortDigest(artifact.digest)}</code> · {formatBytes(artifact.sizeBytes)}
        {rows}
      </p>
      {artifact.value !== undefined && (
        <pre className={classes.json}>{JSON.stringify(artifact.value, null, 2).slice(0, MOST_CHARACTERS)}</pre>
      )}
    </>
  )
}
