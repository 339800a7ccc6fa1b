import { command } from '../command.ts'

const model = { description: 'MODEL@ALIAS, MODEL@VERSION or the path of a package (FILE.zip)' } as const

const named = {
  name: { type: 'text', value: 'NAME', description: 'what clients call it; by default the name of the model or file' },
  version: { type: 'integer', value: 'N', description: 'version of a package that comes from a file', default: 1 },
} as const

const bundle = command({
  name: 'bundle',
  summary: 'write a folder that puts a model somewhere: an image, a cluster, a function, a machine, a page',
  details:
    'The folder holds everything but the base image, its own README from zero, and digests. The same model and settings give the same bytes.',
  args: { model },
  options: {
    to: {
      type: 'text',
      value: 'TARGET',
      description: 'docker, compose, kubernetes, ecs, ec2, lambda or browser',
      required: true,
    },
    out: { type: 'text', value: 'FOLDER', description: 'where; empty, absent, or an earlier bundle', required: true },
    platform: {
      type: 'text',
      value: 'PLATFORM',
      description: 'linux/x64 or linux/arm64: what it will run on',
      default: 'linux/x64',
    },
    ...named,
    set: { type: 'list', value: 'NAME=VALUE', description: 'a setting of the target; see docs/deploy.md' },
  },
  examples: [
    'regia bundle penguins@champion --to docker --out penguins-image',
    'regia bundle penguins.zip --to docker --platform linux/arm64 --out penguins-arm',
  ],
  load: async () => (await import('../actions/bundle.ts')).bundle,
})

const serve = command({
  name: 'serve',
  summary: 'serve one model in this process, without a project: what a bundle runs',
  details:
    'POST /predict and /v2/models/NAME/infer predict; /v2/health/ready, /metrics and / tell. SIGTERM and Ctrl-C end it when what is under way has been answered. The REGIA_… settings of a bundle’s server count here, too (docs/deploy.md lists them); options come first. REGIA_TOKEN asks clients for a token.',
  args: { model },
  options: {
    port: {
      type: 'integer',
      value: 'N',
      description: 'port to listen on; 0 takes a free one; else REGIA_PORT, or 8080',
    },
    host: { type: 'text', description: 'address to bind; else REGIA_HOST, or 127.0.0.1' },
    ...named,
    logDir: { type: 'text', value: 'FOLDER', description: 'keep a prediction log there; else in REGIA_LOG_DIR' },
  },
  examples: ['regia serve penguins@champion', 'regia serve penguins.zip --port 9000 --log-dir predictions'],
  load: async () => (await import('../actions/serve.ts')).serve,
})

export const bundleCommands = [bundle, serve]
