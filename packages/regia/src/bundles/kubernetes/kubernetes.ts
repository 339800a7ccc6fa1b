import { type BundleFile, under } from '@regia/engine'
import { stringify } from 'yaml'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { dockerPlatform, IMAGE_SETTINGS, imageFiles } from '../docker/docker.ts'
import { fenced, readmeOf, SERVER_SETTINGS } from '../readme.ts'
import { flagSetting } from '../settings.ts'
import { type ClusterModel, clusterModel } from './cluster-model.ts'
import { autoscaler, deployment, disruptionBudget, inferenceService, networkPolicy, service } from './manifests.ts'

/** The image, and what a cluster is told to run it: rolling updates, scaling, disruptions, who may reach it. */
export const kubernetes: BundleTarget = {
  name: 'kubernetes',
  summary: 'the image with manifests for a cluster',
  settings: {
    ...IMAGE_SETTINGS,
    image: { description: 'name under which the cluster finds the image; NAME:VERSION where empty', default: '' },
    namespace: { description: 'namespace of everything', default: 'default' },
    cpu: { description: 'processor time that a pod asks for', default: '500m' },
    memory: { description: 'memory of a pod', default: '512Mi' },
    'min-replicas': { description: 'pods at least', default: '2' },
    'max-replicas': { description: 'pods at most', default: '10' },
    kserve: { description: 'yes: an InferenceService of KServe instead of a Deployment', default: 'no' },
  },
  write: async (context) => {
    const model = clusterModel(context)
    return [
      ...under('image', await imageFiles(context)),
      ...manifestFiles(model, flagSetting(context.settings, 'kserve')),
      { path: 'README.md', content: readme(context, model) },
    ]
  },
}

function manifestFiles(model: ClusterModel, isKserve: boolean): readonly BundleFile[] {
  const manifests: Readonly<Record<string, object>> = isKserve
    ? { 'inference-service.yaml': inferenceService(model), 'network-policy.yaml': networkPolicy(model) }
    : {
        'deployment.yaml': deployment(model),
        'service.yaml': service(model),
        'autoscaler.yaml': autoscaler(model),
        'disruption-budget.yaml': disruptionBudget(model),
        'network-policy.yaml': networkPolicy(model),
      }
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: model.namespace,
    resources: Object.keys(manifests),
  }
  return Object.entries({ ...manifests, 'kustomization.yaml': kustomization }).map(([name, manifest]) => ({
    path: `manifests/${name}`,
    content: stringify(manifest, { lineWidth: 0 }),
  }))
}

function readme(context: BundleContext, { name, namespace, image }: ClusterModel): string {
  const inNamespace = `--namespace ${namespace}`
  const isKserve = flagSetting(context.settings, 'kserve')
  const rollout = isKserve ? `deployment/${name}-predictor` : `deployment/${name}`
  return readmeOf(context, {
    is: 'A model for a Kubernetes cluster: an image in the making, and the manifests that run it.',
    files: {
      'image/': 'what the image is built of; see its Dockerfile',
      'manifests/': isKserve
        ? 'an InferenceService and who may reach it'
        : 'Deployment, Service, autoscaler, disruption budget, and who may reach it',
      'manifests/kustomization.yaml': 'all of them in one namespace',
    },
    need: `Docker or another builder, a registry that the cluster pulls from, and \`kubectl\` with the right to change namespace \`${namespace}\`.${isKserve ? ' The cluster has KServe installed.' : ' Scaling needs the metrics server, the network policy a network plugin that enforces it.'}`,
    build: fenced(
      'sh',
      `docker build --platform ${dockerPlatform(context)} --tag ${image} image\ndocker push ${image}`,
    ),
    run: `${fenced('sh', `kubectl apply --kustomize manifests\nkubectl ${inNamespace} rollout status ${rollout}`)}

To ask clients for a token, before that:

${fenced('sh', `kubectl ${inNamespace} create secret generic ${name}-token --from-literal=token="$(openssl rand -hex 32)"`)}

In another terminal, to reach it from here:

${fenced('sh', `kubectl ${inNamespace} port-forward ${rollout} 8080:${context.settings.port}`)}

Inside the cluster it is \`http://${name}${isKserve ? '-predictor' : ''}.${namespace}\`.`,
    url: 'http://localhost:8080',
    settings: `${SERVER_SETTINGS}\n\nThe prediction log lies in the pod, at most 1 GiB, and goes with it: mount a volume of your own at \`/log\` to keep it.`,
    update: `Make a bundle of the new version, build and push its image, then apply its manifests:

${fenced('sh', `kubectl apply --kustomize manifests\nkubectl ${inNamespace} rollout status ${rollout}`)}

A new pod must be ready, which means that the model answered its own example, before an old one is stopped; an old one answers for five seconds after the cluster began to stop it, and finishes what is under way. No request is dropped.`,
    rollBack: isKserve
      ? 'Apply the manifests of the version before.'
      : fenced(
          'sh',
          `kubectl ${inNamespace} rollout undo ${rollout}\nkubectl ${inNamespace} rollout status ${rollout}`,
        ),
    remove: fenced('sh', 'kubectl delete --kustomize manifests'),
  })
}
