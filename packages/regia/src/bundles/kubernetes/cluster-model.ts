import { archOf } from '@regia/engine'
import type { BundleContext } from '../bundle-target.ts'
import { imageName } from '../docker/docker.ts'
import { dnsName, invalid, portOf, textSetting, wholeSetting } from '../settings.ts'

/** What the manifests say of a model. */
export type ClusterModel = {
  readonly name: string
  readonly namespace: string
  /** Text, as labels are. */
  readonly version: string
  readonly image: string
  readonly packageDigest: string
  readonly arch: 'amd64' | 'arm64'
  readonly port: number
  readonly cpu: string
  readonly memory: string
  readonly minReplicas: number
  readonly maxReplicas: number
}

/** @throws RegiaError `INVALID_INPUT` for a setting that a cluster would refuse. */
export function clusterModel(context: BundleContext): ClusterModel {
  const { settings, model, platform } = context
  const minReplicas = wholeSetting(settings, 'min-replicas', 1, 1000)
  const maxReplicas = wholeSetting(settings, 'max-replicas', 1, 1000)
  if (maxReplicas < minReplicas) throw invalid('max-replicas', String(maxReplicas), `at least ${minReplicas}`)
  return {
    name: dnsName(context),
    namespace: textSetting(settings, 'namespace', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of DNS'),
    version: String(model.version),
    image: settings.image === '' ? imageName(context) : imageOf(settings),
    packageDigest: model.digest,
    arch: archOf(platform) === 'x64' ? 'amd64' : 'arm64',
    port: portOf(context),
    cpu: textSetting(settings, 'cpu', /^\d+m?$|^\d+\.\d+$/, 'such as 500m or 2'),
    memory: textSetting(settings, 'memory', /^\d+(Mi|Gi)$/, 'such as 512Mi or 2Gi'),
    minReplicas,
    maxReplicas,
  }
}

export const imageOf = (settings: BundleContext['settings']): string =>
  textSetting(
    settings,
    'image',
    /^[a-z0-9][\w./:@-]*$/,
    'the name of an image, such as registry.example.com/penguins:3',
  )
