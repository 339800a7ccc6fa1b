import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type BundleFile,
  buildProgram,
  onnxRuntimeFiles,
  onnxRuntimeFolders,
  packageFolders,
  thirdPartyNotices,
} from '@regia/engine'
import type { BundleManifest } from '@regia/server'
import type { BundleContext } from './bundle-target.ts'

/** Found without loading the server that it is a part of. */
const serverIndex = fileURLToPath(import.meta.resolve('@regia/server'))
const programOf = (name: string): string => join(dirname(serverIndex), 'standalone', `${name}${extname(serverIndex)}`)

export const PACKAGE_FILE = 'model.zip'

/** Asks the server beside it whether it is ready: an image without a shell or curl can do that too. */
const HEALTH_CHECK = `const port = process.env.REGIA_PORT || '8080'
fetch(\`http://127.0.0.1:\${port}/v2/health/ready\`, { signal: AbortSignal.timeout(4_000) }).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
)
`

/** What runs: the server as one file, what runs models, the package, and what it is. `node server.mjs` starts it. */
export async function serverFiles(context: BundleContext): Promise<readonly BundleFile[]> {
  return [...(await programFiles(context, 'main', 'server')), { path: 'healthcheck.mjs', content: HEALTH_CHECK }]
}

/**
 * What runs for another program of `standalone`.
 *
 * @param program - Its path there, without ending.
 * @param name - Of its file in the bundle, without ending.
 */
export async function programFiles(
  context: BundleContext,
  program: string,
  name: string,
): Promise<readonly BundleFile[]> {
  const { files, inputs } = await buildProgram({ entry: programOf(program), name })
  const notices = await thirdPartyNotices([...packageFolders(inputs), ...onnxRuntimeFolders()])
  return [
    ...files,
    { path: 'bundle.json', content: manifestOf(context) },
    { path: PACKAGE_FILE, content: context.model.bytes },
    { path: 'THIRD-PARTY.txt', content: notices },
    ...(await onnxRuntimeFiles(context.platform)),
  ]
}

/** `bundle.json` of a bundle. */
export function manifestOf({ model, platform, target, regia }: BundleContext): string {
  const manifest: BundleManifest = {
    format: 1,
    model: model.name,
    version: model.version,
    package: PACKAGE_FILE,
    packageDigest: model.digest,
    target,
    platform,
    regia,
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}
