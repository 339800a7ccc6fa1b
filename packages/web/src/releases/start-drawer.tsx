import { Button, Drawer } from '@mantine/core'
import { type Endpoint, type EndpointPlan, type EndpointSpecInput, RELEASE_KINDS, type ReleaseKind } from '@regia/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answeredRate, stableDeployment } from '../endpoints/deployments.ts'
import { useNotice } from '../frame/notices.tsx'
import { api } from '../kernel/api.ts'
import { Choice } from '../kernel/choice.tsx'
import { Command } from '../kernel/command.tsx'
import { Problem } from '../kernel/problem.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { modelQuery } from '../models/queries.ts'
import { DraftFields } from './draft-fields.tsx'
import { PlanFields } from './plan-fields.tsx'
import { PowerPanel } from './power-panel.tsx'
import { draftProblems, draftSpec, firstDraft, type ReleaseDraft } from './release-draft.ts'
import { refsOf } from './release-refs.ts'
import { KIND_WORDS } from './release-text.ts'
import classes from './releases.module.css'
import { specFile } from './spec-code.ts'
import { specYaml } from './spec-yaml.ts'

const KINDS = (['canary', 'experiment', 'bandit', 'shadow'] as const satisfies readonly ReleaseKind[]).map(
  (kind) => [kind, KIND_WORDS[kind]] as const,
)

const SENTENCES: Readonly<Record<ReleaseKind, string>> = {
  canary: 'A growing share of the requests, step by step; taken back by itself when a rule fails.',
  experiment: 'Fixed shares until a metric tells the versions apart, with intervals that hold whenever you look.',
  bandit: 'Shares that follow the rewards which come by prediction id.',
  shadow: 'Every request, unseen: its answers are compared and never sent.',
}

const LABELS_OF_A_DAY = 86_400

/** A form that begins a release: says what it means, shows the file and the difference, then applies it. */
export default function StartDrawer({
  endpoint,
  onClose,
}: {
  readonly endpoint: Endpoint
  readonly onClose: () => void
}) {
  const stable = stableDeployment(endpoint)
  const model = stable?.model ?? ''
  const { data } = useQuery({ ...modelQuery(model), enabled: model !== '' })
  const refs = data ? refsOf(data, stable?.version) : []
  const [changed, setDraft] = useState<Partial<ReleaseDraft>>({})
  const draft = { ...firstDraft(refs[0]), ...changed }
  const spec = draftSpec(endpoint.spec, draft)
  return (
    <Drawer opened onClose={onClose} size={720} title={`Start a release on ${endpoint.spec.name}`}>
      <div className={classes.form}>
        <Choice
          label="Kind of release"
          value={draft.kind}
          options={KINDS}
          onChange={(kind) => setDraft({ ...changed, kind })}
        />
        <p>{SENTENCES[draft.kind]}</p>
        <DraftFields draft={draft} refs={refs} onChange={(change) => setDraft({ ...changed, ...change })} />
        {draft.kind === 'experiment' && (
          <PowerPanel draft={draft} labelsPerDay={answeredRate(endpoint.traffic) * LABELS_OF_A_DAY} />
        )}
        <SpecText spec={spec} />
        <Begin key={JSON.stringify(spec)} endpoint={endpoint} spec={spec} kind={draft.kind} onClose={onClose} />
      </div>
    </Drawer>
  )
}

type SpecFormat = 'typescript' | 'yaml' | 'http'

const SPEC_FORMATS = [
  ['typescript', 'TypeScript'],
  ['yaml', 'YAML'],
  ['http', 'HTTP'],
] as const satisfies readonly (readonly [SpecFormat, string])[]

const SPEC_TEXTS: Readonly<Record<SpecFormat, (spec: EndpointSpecInput) => string>> = {
  typescript: specFile,
  yaml: specYaml,
  http: (spec) => `PUT /api/v1/endpoints/${spec.name}\n${JSON.stringify(spec, undefined, 2)}`,
}

function SpecText({ spec }: { readonly spec: EndpointSpecInput }) {
  const [as, setAs] = useState<SpecFormat>('typescript')
  const text = SPEC_TEXTS[as](spec)
  return (
    <div>
      <div className={classes.specHead}>
        <Choice label="Show as" value={as} options={SPEC_FORMATS} onChange={setAs} />
        <Button variant="subtle" onClick={() => void navigator.clipboard?.writeText(text)}>
          Copy
        </Button>
      </div>
      <ScrollBox label="The endpoint with this release" className={classes.spec}>
        <pre>{text}</pre>
      </ScrollBox>
      {as !== 'http' && (
        <p className={classes.fileNote}>
          <span>
            In <code>{`endpoints/${spec.name}.${as === 'yaml' ? 'yaml' : 'ts'}`}</code>, then
          </span>
          <Command text="regia apply" />
        </p>
      )}
    </div>
  )
}

type BeginProps = {
  readonly endpoint: Endpoint
  readonly spec: EndpointSpecInput
  readonly kind: ReleaseKind
  readonly onClose: () => void
}

/** First the difference, then the deed. */
function Begin({ endpoint, spec, kind, onClose }: BeginProps) {
  const queries = useQueryClient()
  const notify = useNotice()
  const problems = draftProblems(spec)
  const running = RELEASE_KINDS.find((each) => endpoint.spec[each] !== undefined)
  const plan = useMutation<readonly EndpointPlan[]>({ mutationFn: () => api.endpoints.plan([spec]) })
  const apply = useMutation({
    mutationFn: () => api.endpoints.apply(spec),
    onSuccess: () => {
      notify(`${endpoint.spec.name}: the ${kind} has begun`)
      void queries.invalidateQueries()
      onClose()
    },
  })
  const error = plan.error ?? apply.error
  const isRefused = plan.data?.some(({ refusal }) => refusal)
  return (
    <div className={classes.form}>
      {problems.length > 0 && (
        <ul className={classes.wrong} aria-live="polite">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {plan.data && <PlanFields plans={plan.data} />}
      {plan.data && endpoint.release && <p>The {endpoint.release.kind} that runs now ends when this one begins.</p>}
      {plan.data && running === 'shadow' && kind !== 'shadow' && <p>The version in shadow is asked no more.</p>}
      {error && <Problem error={error} />}
      <div className={classes.buttons}>
        <Button onClick={onClose}>Leave it</Button>
        {plan.data && !isRefused ? (
          <Button variant="filled" loading={apply.isPending} onClick={() => apply.mutate()}>
            Begin the {kind}
          </Button>
        ) : (
          <Button
            variant="filled"
            loading={plan.isPending}
            disabled={problems.length > 0}
            onClick={() => plan.mutate()}
          >
            Show what changes
          </Button>
        )}
      </div>
    </div>
  )
}
