import { type Artifact, type GraphStep, type Run, refText, type StepRun } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { ArtifactView } from '../artifacts/artifact-view.tsx'
import { formatBytes, formatCount, shortDigest } from '../kernel/format.ts'
import { Section } from '../kernel/section.tsx'
import classes from './runs.module.css'

type StepDataProps = { readonly step: GraphStep; readonly stepRun: StepRun | undefined; readonly run: Run | undefined }

/** What went into a step and what came out, each shown as what it is. */
export function StepData({ step, stepRun, run }: StepDataProps) {
  return (
    <div className={classes.stack}>
      <Section title="Inputs">
        <ul className={classes.ports}>
          {Object.entries(step.inputs).map(([name, ref]) => (
            <li key={name}>
              <b>{name}</b> <span className={classes.muted}>← {refText(ref)}</span>
              <InputNote artifact={stepRun?.inputs[name]} />
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
                {run && artifact && (
                  <ArtifactView artifact={artifact} content={{ run: run.id, step: step.id, output: name }} />
                )}
              </li>
            )
          })}
          {Object.keys(step.outputs).length === 0 && <li className={classes.muted}>none</li>}
        </ul>
      </Section>
      {step.register && (
        <p>
          Registers{' '}
          <Link to="/models/$name" params={{ name: step.register.model }}>
            {step.register.model}
          </Link>{' '}
          as {step.register.alias}.
        </p>
      )}
    </div>
  )
}

const MOST_CHARACTERS = 4000

function InputNote({ artifact }: { readonly artifact: Artifact | undefined }) {
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
