import type { BundleContext } from './bundle-target.ts'

/** The sections of every bundle's README, in the order of a first day. */
export type ReadmeSections = {
  /** One sentence: what this folder is. */
  readonly is: string
  /** What it runs on, where that is not the platform. */
  readonly on?: string
  readonly files: Readonly<Record<string, string>>
  readonly need: string
  readonly build: string
  readonly run: string
  /** Where it answers once it runs, such as `http://localhost:8080`. */
  readonly url: string
  /** Instead of the request to `url`, for what is no server. */
  readonly tryIt?: string
  readonly settings: string
  readonly update: string
  readonly rollBack: string
  readonly remove: string
}

export function readmeOf(context: BundleContext, sections: ReadmeSections): string {
  const { model, platform, regia } = context
  const { manifest } = model
  const inputs = manifest.signature.inputs.map(
    ({ name, type, nullable }) => `${name} (${type}${nullable ? ', may be null' : ''})`,
  )
  const files = Object.entries(sections.files).map(([path, text]) => `| \`${path}\` | ${text} |`)
  return `# ${model.name}, version ${model.version}

${sections.is} Written by Regia ${regia} for ${sections.on ?? platform}; model package \`${model.digest}\`.
\`sha256sum --check SHA256SUMS\` says whether the files are as they were written.

Inputs: ${inputs.join(', ')}.

| file | what it is |
|---|---|
${files.join('\n')}

## What you need

${sections.need}

## Build

${sections.build}

## Run

${sections.run}

## Try it

${sections.tryIt ?? tryServer(context, sections.url)}

## Settings

${sections.settings}

## Update

${sections.update}

## Roll back

${sections.rollBack}

## Remove

${sections.remove}
`
}

export const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trim()}\n\`\`\``

const tryServer = (context: BundleContext, url: string): string => `${fenced('sh', tryIt(context, url))}

The answer holds, for each row, ${answerWords(context)}. The same model speaks the Open Inference Protocol at \`/v2/models/${context.model.name}/infer\`.
\`GET /\` shows its signature and this request, \`/v2/health/ready\` whether it answers, \`/metrics\` counts and latencies for Prometheus.`

/** The first row of the package's example as a request. */
function tryIt({ model }: BundleContext, url: string): string {
  const body = JSON.stringify({ rows: model.manifest.example.rows.slice(0, 1) }).replaceAll("'", "'\\''")
  return `curl -s ${url}/predict -H 'content-type: application/json' -d '${body}'`
}

function answerWords({ model }: BundleContext): string {
  const { classes, target } = model.manifest.signature
  if (!classes) return `\`score\`, the value of "${target}"`
  return `\`label\` (${classes.map((name) => `"${name}"`).join(', ')}), its \`score\` and all \`probabilities\``
}

/** The environment variables of the server, for every README. */
export const SERVER_SETTINGS = `Environment variables, read once at the start; a bad value stops the server with its name.

| variable | default | meaning |
|---|---|---|
| \`REGIA_TOKEN\` | none | asked of every request but those of health checks, as \`Authorization: Bearer …\`; at least 16 characters. Or \`REGIA_TOKEN_FILE\`, a file that holds it |
| \`REGIA_PORT\` | 8080 | where it listens; \`REGIA_HOST\` says at which address (0.0.0.0) |
| \`REGIA_LOG_DIR\` | none | a folder for the prediction log: each row with its answer, in append-only segments |
| \`REGIA_MAX_BODY_BYTES\`, \`REGIA_MAX_ROWS\` | 32000000, 10000 | the largest request |
| \`REGIA_MAX_UNDER_WAY\`, \`REGIA_MAX_QUEUE_ROWS\` | 2000, 20000 | requests and rows at the same time; more get 429 or 503 and "Retry-After" |
| \`REGIA_DEADLINE_MS\` | 30000 | a request that has not been begun by then is dropped; it may ask for less with the header \`x-deadline-ms\` |
| \`REGIA_REQUEST_MS\`, \`REGIA_KEEP_ALIVE_MS\` | 60000, 75000 | a request must have arrived whole by then; a connection that nobody uses is kept so long |
| \`REGIA_LANE\` | auto | \`inline\` or \`worker\` instead of what is measured at the start |
| \`REGIA_DRAIN_MS\` | 1000 | how long it still answers after SIGTERM, having said that it is not ready |`
