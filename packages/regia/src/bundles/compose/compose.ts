import { stringify } from 'yaml'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { dockerPlatform, IMAGE_FILE_WORDS, IMAGE_SETTINGS, imageFiles, imageName } from '../docker/docker.ts'
import { fenced, readmeOf, SERVER_SETTINGS } from '../readme.ts'
import { dnsName, portOf, textSetting } from '../settings.ts'

/** The image with a file that builds and runs it on one machine, keeps its prediction log, and restarts it. */
export const compose: BundleTarget = {
  name: 'compose',
  summary: 'the image with a Compose file that builds and runs it on one machine',
  settings: {
    ...IMAGE_SETTINGS,
    publish: { description: 'address and port of the machine where it answers', default: '127.0.0.1:8080' },
    cpus: { description: 'processors at most', default: '1' },
    memory: { description: 'memory at most', default: '512M' },
  },
  write: async (context) => [
    ...(await imageFiles(context)),
    { path: 'compose.yaml', content: stringify(composeFile(context), { lineWidth: 0 }) },
    { path: 'README.md', content: readme(context) },
  ],
}

export function composeFile(context: BundleContext) {
  const { settings } = context
  const port = portOf(context)
  const name = dnsName(context)
  return {
    name,
    services: {
      model: {
        image: imageName(context),
        build: { context: '.' },
        platform: dockerPlatform(context),
        ports: [`${publishOf(settings)}:${port}`],
        environment: { REGIA_LOG_DIR: '/log', REGIA_TOKEN: `\${REGIA_TOKEN:-}` },
        healthcheck: {
          test: ['CMD', 'node', 'healthcheck.mjs'],
          interval: '10s',
          timeout: '5s',
          start_period: '30s',
          retries: 3,
        },
        restart: 'unless-stopped',
        init: true,
        stop_signal: 'SIGTERM',
        stop_grace_period: '30s',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        deploy: { resources: { limits: { cpus: cpusOf(settings), memory: memoryOf(settings), pids: 256 } } },
        volumes: ['log:/log'],
      },
    },
    volumes: { log: {} },
  }
}

type Settings = BundleContext['settings']

const publishOf = (settings: Settings): string =>
  textSetting(settings, 'publish', /^((\d{1,3}\.){3}\d{1,3}:)?\d{1,5}$/, 'ADDRESS:PORT, such as 127.0.0.1:8080')
const cpusOf = (settings: Settings): string => textSetting(settings, 'cpus', /^\d+(\.\d+)?$/, 'a number, such as 1.5')
const memoryOf = (settings: Settings): string => textSetting(settings, 'memory', /^\d+[MG]$/, 'such as 512M or 2G')

function readme(context: BundleContext): string {
  const publish = publishOf(context.settings)
  const address = publish.includes(':') ? publish : `127.0.0.1:${publish}`
  return readmeOf(context, {
    is: 'A model server for one machine, with Docker Compose.',
    files: { 'compose.yaml': 'how it is built and run: limits, health check, volume', ...IMAGE_FILE_WORDS },
    need: `Docker with its Compose plugin. The base image \`${context.settings['node-image']}\` is the only thing that is downloaded.`,
    build: fenced('sh', 'docker compose build'),
    run: `${fenced('sh', 'docker compose up --detach --wait')}\n\n\`--wait\` returns once the model answers. \`REGIA_TOKEN\` of the shell, or of a file \`.env\` beside \`compose.yaml\`, becomes the token.`,
    url: `http://${address.replace('0.0.0.0', 'localhost')}`,
    settings: `${SERVER_SETTINGS}\n\nThe prediction log is in the volume \`${dnsName(context)}_log\`.`,
    update: `Make a bundle of the new version over this folder, then:\n\n${fenced('sh', 'docker compose build\ndocker compose up --detach --wait')}\n\nCompose stops the old container before the new one answers, so that a second or two are without answers; run two projects behind a proxy where that matters.`,
    rollBack: `The image of the version before is kept under its tag: write the tag into \`image:\` in \`compose.yaml\`, then \`docker compose up --detach --wait --no-build\`. Or make the bundle of that version again.`,
    remove: `${fenced('sh', 'docker compose down')}\n\n\`docker compose down --volumes\` deletes the prediction log as well.`,
  })
}
