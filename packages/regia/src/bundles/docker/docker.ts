import type { BundleFile } from '@regia/engine'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { fenced, readmeOf, SERVER_SETTINGS } from '../readme.ts'
import { serverFiles } from '../server-files.ts'
import { dnsName, PORT, portOf } from '../settings.ts'
import { dockerfile, NODE_IMAGE } from './dockerfile.ts'

/** What the image of every target may be told. */
export const IMAGE_SETTINGS = {
  'node-image': { description: 'the base image; glibc, with Node 22 or newer', default: NODE_IMAGE },
  port: PORT,
} as const

/** An image: everything that it holds lies in the folder, so that building it downloads nothing but the base image. */
export const docker: BundleTarget = {
  name: 'docker',
  summary: 'a folder that "docker build" makes an image of',
  settings: IMAGE_SETTINGS,
  write: async (context) => [...(await imageFiles(context)), { path: 'README.md', content: readme(context) }],
}

/** What an image is built from: for every target that runs one. */
export async function imageFiles(context: BundleContext): Promise<readonly BundleFile[]> {
  return [
    ...(await serverFiles(context)),
    { path: 'Dockerfile', content: dockerfile(context) },
    { path: 'log/.keep', content: '' },
    { path: '.dockerignore', content: 'README.md\nDockerfile\n.dockerignore\nSHA256SUMS\ncompose.yaml\n' },
  ]
}

/** What `imageFiles` are, for a README. */
export const IMAGE_FILE_WORDS: Readonly<Record<string, string>> = {
  Dockerfile: 'how the image is built: copies, and nothing else',
  'server.mjs': 'the server, one file; `*-worker.mjs` run on its threads',
  'model.zip': 'the model package: graph, signature, example with its answer',
  'node_modules/': 'onnxruntime, for this platform alone',
  'log/': 'empty; where a volume for the prediction log is mounted',
  'healthcheck.mjs': 'asks the server whether it is ready',
  'bundle.json': 'what this is: model, version, digest, platform',
  'THIRD-PARTY.txt': 'licences of what is inside',
}

export const imageName = (context: BundleContext): string => `${dnsName(context)}:${context.model.version}`

export const dockerPlatform = ({ platform }: BundleContext): string => platform.replace('x64', 'amd64')

function readme(context: BundleContext): string {
  const { settings } = context
  const image = imageName(context)
  const port = portOf(context)
  const container = dnsName(context)
  return readmeOf(context, {
    is: 'A Docker image in the making: a model server with one model in it.',
    files: IMAGE_FILE_WORDS,
    need: `Docker, or another builder of images. The base image \`${settings['node-image']}\` is the only thing that is downloaded.`,
    build: fenced('sh', `docker build --platform ${dockerPlatform(context)} --tag ${image} .`),
    run: fenced(
      'sh',
      `docker run --detach --name ${container} --publish ${port}:${port} \\
  --read-only --cap-drop ALL --security-opt no-new-privileges --stop-timeout 30 ${image}
docker inspect --format '{{.State.Health.Status}}' ${container}`,
    ),
    url: `http://localhost:${port}`,
    settings: `${SERVER_SETTINGS}\n\nTo keep a prediction log: \`--volume ${container}-log:/log --env REGIA_LOG_DIR=/log\`.`,
    update: `Make a bundle of the new version in a folder of its own, build it (its tag is its version), then
stop the old container and run the new image. \`docker stop ${container}\` lets requests that are under way finish.`,
    rollBack: 'The image of the version before is still there under its tag: stop the container and run that one.',
    remove: fenced('sh', `docker rm --force ${container}\ndocker image rm ${image}`),
  })
}
