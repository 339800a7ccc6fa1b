import { type GraphStep, type PortType, refText, type StepRun } from '@regia/core'
import { KIND_WORDS } from '../graph/kind-mark.tsx'
import { Command } from '../kernel/command.tsx'
import { Facts } from '../kernel/facts.tsx'
import { formatCell, formatDuration, plural, shortDigest } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './runs.module.css'
import { schemaText } from './schema-text.ts'

type StepCodeProps = { readonly step: GraphStep; readonly stepRun: StepRun | undefined }

/** What a step is: where it was written, what goes in and comes out, when it runs, which code, what it may use. */
export function StepCode({ step, stepRun }: StepCodeProps) {
  return (
    <div className={classes.stack}>
      {step.description && <p>{step.description}</p>}
      <Facts items={[...identity(step), ...conditions(step), ...settings(step, stepRun)]} />
      <Ports step={step} />
      {step.codeFiles && <CodeFiles files={step.codeFiles} />}
    </div>
  )
}

type Fact = readonly [string, React.ReactNode]

const identity = (step: GraphStep): readonly Fact[] => [
  ['Kind', `${step.kind}: ${KIND_WORDS[step.kind]}`],
  ['Written in', step.definedAt ? <Command key="at" text={step.definedAt} /> : '–'],
  ...(step.group ? [['Group', step.group] as const] : []),
  ...(step.tags.length > 0 ? [['Tags', step.tags.join(', ')] as const] : []),
  ...(step.command ? [['Runs', <code key="argv">{step.command.argv.join(' ')}</code>] as const] : []),
  ...(step.command?.notebook ? [['Notebook', step.command.notebook] as const] : []),
  ...(step.approval ? [['Asks', step.approval.question] as const] : []),
  ...(step.save ? [['Saves to', `catalog ${step.save}`] as const] : []),
  ...(step.register ? [['Registers', `${step.register.model} as ${step.register.alias}`] as const] : []),
  ...(step.checks ? [['Checks', step.checks.map((check) => check.name).join(', ')] as const] : []),
]

const IS: Readonly<Record<GraphStep['when'][number]['is'], string>> = {
  equal: 'is',
  'not-equal': 'is not',
  less: '<',
  'at-most': '≤',
  greater: '>',
  'at-least': '≥',
}

const conditions = ({ when, map }: GraphStep): readonly Fact[] => [
  ...when.map(({ ref, is, value }): Fact => ['Only when', `${refText(ref)} ${IS[is]} ${formatCell(value)}`]),
  ...(map ? [['For each', mapWords(map)] as const] : []),
]

function mapWords(map: NonNullable<GraphStep['map']>): string {
  const by =
    map.by.kind === 'items'
      ? `element of "${map.input}"`
      : map.by.kind === 'rows'
        ? `${plural(map.by.size, 'row')} of "${map.input}"`
        : `value of ${map.by.column} in "${map.input}"`
  const most = map.concurrency === undefined ? '' : `, ${map.concurrency} at once at most`
  return `${by}${most}${map.minimumSuccess < 1 ? `, ${map.minimumSuccess * 100} % must succeed` : ''}`
}

const settings = (step: GraphStep, stepRun: StepRun | undefined): readonly Fact[] => [
  ['Cache', cacheWords(step)],
  ...(stepRun?.cache ? [['Cache key', <Command key="key" text={stepRun.cache.key} />] as const] : []),
  ['Retries', `${plural(step.retries, 'more attempt')}; ${step.infrastructureRetries} for faults of the machinery`],
  ...(step.atMostOnce ? [['Once', 'an attempt that was lost is not tried again'] as const] : []),
  ['Time limit', formatDuration(step.timeoutMs)],
  ['Resources', `${step.cpu} CPU, ${step.memoryMb} MB`],
  ...Object.entries(step.env).map(([name, value]): Fact => [`$${name}`, value]),
  ...(step.secrets.length > 0 ? [['Secrets', step.secrets.join(', ')] as const] : []),
  ['Code', <Command key="code" text={step.codeDigest} />],
]

function cacheWords(step: GraphStep): string {
  if (!step.cache) return 'never used'
  return step.cacheTtlMs === undefined ? 'used' : `used for ${formatDuration(step.cacheTtlMs)}`
}

type Port = {
  readonly name: string
  readonly way: 'in' | 'out'
  readonly type: PortType | undefined
  readonly from: string
}

function Ports({ step }: { readonly step: GraphStep }) {
  const ports: readonly Port[] = [
    ...Object.entries(step.inputs).map(
      ([name, ref]): Port => ({ name, way: 'in', type: step.inputTypes[name], from: refText(ref) }),
    ),
    ...Object.entries(step.outputs).map(([name, type]): Port => ({ name, way: 'out', type, from: '' })),
  ]
  if (ports.length === 0) return null
  return (
    <Section title="Ports">
      <Card>
        <PlainTable
          label="Ports"
          isTight
          rows={ports}
          keyOf={(port) => `${port.way}-${port.name}`}
          columns={[
            { id: 'way', title: '', cell: (port) => (port.way === 'in' ? '→' : '←') },
            { id: 'name', title: 'Port', cell: (port) => <b>{port.name}</b> },
            { id: 'type', title: 'Type', cell: (port) => schemaText(port.type) },
            { id: 'from', title: 'From', cell: (port) => port.from || 'made here' },
          ]}
        />
      </Card>
    </Section>
  )
}

function CodeFiles({ files }: { readonly files: Readonly<Record<string, string>> }) {
  return (
    <Section title="Code files" note="a change of one of them is a change of this step">
      <Card>
        <PlainTable
          label="Code files"
          isTight
          rows={Object.entries(files)}
          keyOf={([path]) => path}
          columns={[
            { id: 'path', title: 'File', cell: ([path]) => path },
            { id: 'digest', title: 'Digest', cell: ([, digest]) => <code title={digest}>{shortDigest(digest)}</code> },
          ]}
        />
      </Card>
    </Section>
  )
}
