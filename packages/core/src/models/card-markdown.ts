import type { Estimate } from '../evaluation/index.ts'
import type { ModelVersion } from './model.ts'
import type { CardText } from './registry.ts'

const UNWRITTEN = '_Nobody has written this yet._'

/**
 * The card of a version as a Markdown document: what people wrote about the model, and under each heading what is known of the version.
 *
 * For whoever must answer for the model. What was measured stands with its interval and number of rows, never without.
 *
 * @param text - What people wrote; headings without words say so.
 * @returns Markdown; cells of tables are escaped, the texts of `text` are taken as the Markdown that they are.
 * @see Mitchell et al. (2019), *Model Cards for Model Reporting*.
 * @example cardMarkdown(version, { purpose: 'Warns of late flights.' })
 */
export function cardMarkdown(version: ModelVersion, text: CardText): string {
  const sections: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ['Purpose', [text.purpose ?? UNWRITTEN]],
    ['Business objective', [text.objective ?? UNWRITTEN]],
    ['Owner', [text.owner ?? UNWRITTEN]],
    ['What errors cost', [errorCosts(text)]],
    ['Data', [text.data ?? UNWRITTEN, facts(dataFacts(version, text))]],
    ['What it takes and gives', [signature(version)]],
    ['How well it does', [metrics(version)]],
    ['Checks', [text.checks, checks(version)]],
    ['Limits', [text.limits ?? UNWRITTEN]],
    ['Where it comes from', [facts(originFacts(version, text))]],
  ]
  const head = [`# ${line(version.model)} version ${version.version}`, version.description]
  const body = sections.flatMap(([title, parts]) => [`## ${title}`, ...parts])
  return `${[...head, ...body].filter((part) => part !== undefined && part !== '').join('\n\n')}\n`
}

const errorCosts = ({ errorCosts: costs = [] }: CardText): string =>
  costs.length === 0
    ? UNWRITTEN
    : table(
        ['Error', 'Cost'],
        costs.map(({ error, cost }) => [error, cost]),
      )

const dataFacts = ({ lineage, package: manifest, report }: ModelVersion, { dataLicence }: CardText): Facts => [
  ['Licence of the data', dataLicence],
  ['Datasets', lineage.datasets.map(({ name, version }) => `${name} version ${version}`).join(', ')],
  ['Trained on', manifest?.trainedOn && `${manifest.trainedOn.from} to ${manifest.trainedOn.until}`],
  ['Tested on', report && `${report.rowCount} rows`],
]

function signature({ package: manifest, packaging }: ModelVersion): string {
  if (!manifest)
    return line(
      `It cannot be served: ${packaging.reason ?? 'its files are still being packaged.'} ${packaging.hint ?? ''}`.trim(),
    )
  const { inputs, task, target, classes, positive } = manifest.signature
  const answer = classes ? `${target}: ${classes.join(', ')}` : target
  const score = positive === undefined ? '' : ` Its score is the probability of "${positive}".`
  const rows = inputs.map(({ name, type, nullable, description }) => [
    name,
    type,
    nullable ? 'allowed' : 'refused',
    description ?? '',
  ])
  return `${line(`Predicts ${answer} (${task}).${score}`)}\n\n${table(['Input', 'Type', 'Nulls', 'Meaning'], rows)}`
}

function metrics({ report, package: manifest }: ModelVersion): string {
  if (!report) {
    const own = Object.entries(manifest?.metrics ?? {})
    if (own.length === 0) return 'It was registered without an evaluation.'
    return table(
      ['Metric', 'As its training said'],
      own.map(([name, value]) => [name, shown(value)]),
    )
  }
  const baselines = Object.keys(report.baselines)
  const rows = Object.entries(report.metrics).map(([name, estimate]) => [
    name,
    withInterval(estimate),
    ...baselines.map((baseline) => withInterval(report.baselines[baseline]?.[name])),
    String(estimate.n),
  ])
  return table(['Metric', 'This version', ...baselines, 'Rows'], rows)
}

const checks = ({ report }: ModelVersion): string | undefined =>
  report &&
  table(
    ['Check', 'Status', 'Found'],
    report.checks.map(({ name, status, message }) => [name, status, message]),
  )

const originFacts = (version: ModelVersion, { licence }: CardText): Facts => {
  const { lineage, package: manifest, packageDigest } = version
  return [
    ['Licence', licence],
    ['Registered', version.createdAt],
    ['Aliases', version.aliases.join(', ')],
    ['Pipeline', lineage.pipeline && `${lineage.pipeline.name} version ${lineage.pipeline.version}`],
    ['Run', lineage.runId ?? version.runId],
    ['Source', version.source],
    ['Code', lineage.codeDigest],
    ['Learner', manifest?.learner.name],
    ['Package', packageDigest],
  ]
}

type Facts = readonly (readonly [name: string, value: string | undefined])[]

const facts = (all: Facts): string | undefined => {
  const known = all.flatMap(([name, value]) => (value ? [`- ${name}: ${line(value)}`] : []))
  return known.length === 0 ? undefined : known.join('\n')
}

const withInterval = (estimate: Estimate | undefined): string => {
  if (!estimate) return '–'
  const { value, interval } = estimate
  return interval ? `${shown(value)} (${shown(interval.lower)} to ${shown(interval.upper)})` : shown(value)
}

const shown = (value: number): string => String(Number(value.toPrecision(4)))

/** What comes from names and messages stays on its line and is no markup. */
const line = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|]/g, '\\$&')

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows.map((row) => row.map(line))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
